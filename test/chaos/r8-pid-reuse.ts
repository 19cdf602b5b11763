import { appendFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readRegistry, registryFile } from "../../src/keeper/records/registry.ts";
import { PidNamespace } from "../support/pid-namespace.ts";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { looper, names } from "./load.ts";
import type { Random } from "./random.ts";
import { isAlive, kill, pause, spawn, untilDead, World } from "./world.ts";

const SUP = resolve(import.meta.dirname, "../../bin/sup");
/** Numbers in the namespace. The first 300 are given out once only (RESERVED_PIDS): the rest is what goes round. */
const PID_MAX = 420;

/** A number is all that a signal is sent by, and the kernel gives it to somebody else. */
export const pidReuse: ChaosTest = {
  id: "R8",
  title:
    "programs die, are stopped, signalled and started among strangers who get their numbers (kernel.pid_max in a pid " +
    "namespace), also while keeper and supervisor are dead; then records that name strangers",
  criterion: "signals to strangers 0 in 10,000 churns; no stranger is taken for a program; each program runs again",
  async run({ random, seed, full }) {
    const forged = await forgedRecords(full ? 200 : 30);
    const recycled = await recycledNumbers(random, seed, full ? 10_000 : 3000);
    return {
      figures: { ...recycled.figures, ...forged.figures },
      broken: [...recycled.broken, ...forged.broken],
      // What was forged and broken is told all the same.
      ...(recycled.skipped === undefined || forged.broken.length > 0 ? {} : { skipped: recycled.skipped }),
    };
  },
};

interface Part {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly broken: readonly string[];
  readonly skipped?: string;
}

/** Few numbers, so that all of them come round again and again. */
async function recycledNumbers(random: Random, seed: number, churns: number): Promise<Part> {
  const world = new World();
  const strangers = join(world.truth, "strangers");
  const notes = (kind: string): string[] => readLines(strangers).filter((line) => line.startsWith(kind));
  const first = ["perl", join(programs, "strangers.pl"), world.truth, "30", String(PID_MAX)];
  const namespace = new PidNamespace(first, world.project.env);
  const inside = (...command: string[]) => namespace.run(command, { cwd: world.folder, env: world.project.env });
  const up = async (): Promise<void> => {
    const done = await inside(SUP, "up", "-d", "--no-watch", "-c", world.config);
    if (done.exitCode !== 0) throw new Error(`sup up: ${String(done.stdout)}\n${String(done.stderr)}`);
  };
  try {
    const ready = await world
      .until(() => notes("ready").length > 0 || namespace.over, "the namespace")
      .then(() => notes("ready").length > 0);
    if (!ready) {
      const skipped =
        "a pid namespace with a kernel.pid_max of its own takes root and Linux 6.14; only records were forged";
      return { figures: {}, broken: [], skipped };
    }
    const loopers = names("looper", 8);
    const steady = names("steady", 8);
    world.configure({
      ...Object.fromEntries(loopers.map((name, at) => [name, looper(world, name, seed + at, 20, 200)])),
      ...Object.fromEntries(
        steady.map((name) => [
          name,
          { command: `perl ${programs}/alone.pl ${name} ${world.truth} steady`, startsecs: 0, killasgroup: true },
        ]),
      ),
    });
    await up();
    const broken: string[] = [];
    let keeperDeaths = 0;
    for (let turn = 0; notes("pid").length < churns; turn++) {
      const name = random.pick([...loopers, ...steady]);
      const action = random.pick(["stop", "start", "signal", "restart"] as const);
      if (action === "signal") await world.client.call("signal", { names: [name], signal: "KILL" });
      else await world.client.call(action, { names: [name] });
      if (turn % 40 !== 39) continue;
      // Nobody knows of the numbers for a while, and programs die meanwhile.
      for (const pid of namespace.find(/keeper\.cjs|supervisor\.cjs/)) kill(pid, "SIGKILL");
      for (const pid of namespace.find(/looper\.pl|alone\.pl/)) kill(pid, "SIGKILL");
      keeperDeaths++;
      await pause(500);
      await up();
    }
    await world.client.call("start", {});
    const after = await world.status();
    const down = after.processes.filter((one) => steady.includes(one.name) && one.state !== "RUNNING");
    if (down.length > 0) broken.push(`${down[0]?.name} is ${down[0]?.state} at the end`);
    await inside(SUP, "down", "-c", world.config);
    const hits = notes("hit");
    const numbers = new Set(notes("pid").map((line) => line.slice(4)));
    const ours = [...loopers, ...steady].flatMap((name) =>
      world.truthOf(name).filter((line) => line.startsWith("start ")),
    );
    if (hits.length > 0) broken.push(`${hits.length} signals to strangers: ${hits.slice(0, 3).join("; ")}`);
    return {
      figures: {
        churns: notes("pid").length,
        runs: ours.length,
        numbersOfOursThatStrangersHadToo: ours.filter((line) => numbers.has(line.slice(6))).length,
        keeperDeaths,
        signalsToStrangers: hits.length,
      },
      broken,
    };
  } finally {
    await namespace.close();
    await world.close();
  }
}

/** What was recorded names the numbers of strangers, who run. */
async function forgedRecords(count: number): Promise<Part> {
  const world = new World();
  const strangers = Array.from({ length: count }, () =>
    spawn("sleep", ["100000"], { detached: true, stdio: "ignore" }),
  );
  try {
    const all = names("p", count);
    world.configure(Object.fromEntries(all.map((name) => [name, { command: "sleep 1000", startsecs: 0 }])));
    await world.up();
    const allRun = (): Promise<{ pid: number; supervisorPid: number; processes: readonly { pid: number }[] }> =>
      world.untilStatus((status) => status.processes.every((one) => one.state === "RUNNING"), "all to run");
    const { pid, supervisorPid, processes } = await allRun();
    kill(pid, "SIGKILL");
    await untilDead(pid);
    kill(supervisorPid, "SIGKILL");
    await untilDead(supervisorPid);
    for (const one of processes) kill(one.pid, "SIGKILL");
    for (const one of processes) await untilDead(one.pid);
    const file = registryFile(join(world.places.runtime, "keeper"));
    const forged = readRegistry(file).records.map((record, index) => ({
      run: { ...record, pid: strangers[index]?.pid ?? 0 },
    }));
    appendFileSync(file, forged.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await world.up();
    const after = await allRun();
    await world.client.call("signal", { names: ["all"], signal: "KILL" });
    await world.client.call("stop", { names: ["all"] });
    await world.down();
    const hit = strangers.filter((one) => one.pid !== undefined && !isAlive(one.pid)).length;
    const adopted = after.processes.filter((one) => strangers.some((stranger) => stranger.pid === one.pid)).length;
    return {
      figures: { forgedRecords: forged.length, forgedHit: hit, forgedAdopted: adopted },
      broken: [
        ...(hit > 0 ? [`${hit} strangers were killed`] : []),
        ...(adopted > 0 ? [`${adopted} strangers were taken for programs`] : []),
        ...(forged.length < count ? [`only ${forged.length} of ${count} records were there to forge`] : []),
      ],
    };
  } finally {
    for (const stranger of strangers) if (stranger.pid !== undefined) kill(stranger.pid, "SIGKILL");
    await world.close();
  }
}
