import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { FAULTY_CALLS, Faults, type Fault } from "./faults.ts";
import { auditLines, countOf } from "./line-ledger.ts";
import { untilRunning, writer } from "./load.ts";
import { pause, World } from "./world.ts";

const SIZE = 100;
const ERRORS = ["EIO", "EROFS", "EACCES", "ENOENT", "EMFILE", "EDQUOT", "EINTR"] as const;

/** Whatever the file system answers: output is written or counted, and nobody notices but the log. */
export const ioErrors: ChaosTest = {
  id: "L5",
  title: "open, write, rename and unlink of log files fail, every error with every other",
  criterion:
    "logged + dropped = produced, to the byte, in whole lines, each once; keeper, supervisor and programs live on; " +
    "output is logged again after each fault; a bystander loses nothing",
  async run({ random, full }) {
    const world = new World();
    try {
      const folder = join(world.folder, "faulty");
      mkdirSync(folder, { mode: 0o755 });
      const faults = Faults.prepare(world, folder);
      if (faults === null) return { figures: {}, broken: [], skipped: "there is no C compiler" };
      const log = { stdoutLogfile: join(folder, "victim.log") };
      world.configure({
        victim: {
          ...writer(world, "victim", 100, SIZE),
          ...log,
          stdoutLogfileMaxbytes: 50_000,
          stdoutLogfileBackups: 9999,
        },
        // Opens its log again and again.
        looper: {
          command: "sh -c 'echo hello; sleep 0.02'",
          stdoutLogfile: join(folder, "looper.log"),
          startsecs: 0,
          startretries: 10_000,
          autorestart: true,
        },
        bystander: writer(world, "bystander", 2000, SIZE),
      });
      await world.up();
      await untilRunning(world, ["victim", "bystander"]);
      const before = await world.status();
      const pid = String(before.processes.find((one) => one.name === "victim")?.pid);
      const produced = (): number => countOf(world.truth, "victim", pid);
      const further = async (lines: number): Promise<void> => {
        const from = produced();
        await world.until(() => produced() >= from + lines, "the victim to write: it is held up");
      };
      const pairs = pairsOf([...singles()]);
      const chosen = full ? pairs : Array.from({ length: 80 }, () => random.pick(pairs));
      const broken: string[] = [];
      let troubles = 0;
      for (const [round, pair] of chosen.entries()) {
        faults.inject(pair, random.pick(["", "", "1*", "3*", "50%", "20%"]));
        await further(600);
        if (round % 10 !== 9) continue;
        faults.none();
        await further(20);
        const told = pair.map(({ call, error }) => `${call} ${error}`).join(" with ");
        await world
          .untilStatus((status) => status.processes.every((one) => one.logTrouble === ""), "all logs to be well", 20)
          .catch(() => broken.push(`after ${told} a log stays in trouble`));
        await pause(0);
      }
      faults.none();
      troubles = readFileSync(world.mainLog, "utf8").split("cannot log the stdout of victim").length - 1;
      await further(200);
      const after = await world.status();
      if (after.pid !== before.pid || after.supervisorPid !== before.supervisorPid)
        broken.push("the daemon died of it");
      const looper = after.processes.find((one) => one.name === "looper");
      if (looper?.state === "FATAL") broken.push(`the looper is FATAL: ${looper.why}`);
      await world.client.call("stop", { names: ["victim"] });
      const dropped = (await world.status()).processes.find((one) => one.name === "victim")?.dropped ?? 0;
      await world.down();
      const account = readLog(folder);
      const total = produced() * SIZE;
      if (account.bytes + dropped !== total) broken.push(`logged ${account.bytes} + dropped ${dropped} != ${total}`);
      if (account.marked !== dropped) broken.push(`${account.marked} bytes in marker lines, ${dropped} dropped`);
      if (account.doubled + account.garbled > 0)
        broken.push(`${account.doubled} lines doubled, ${account.garbled} garbled`);
      if (dropped === 0) broken.push("no write failed: nothing was tried");
      for (const name of ["victim", "bystander"]) {
        const starts = world.truthOf(name).filter((line) => line.startsWith("start ")).length;
        if (starts !== 1) broken.push(`the ${name} was started ${starts} times`);
      }
      const quiet = await auditLines("bystander", [join(world.logs, "bystander.log")], world.truth);
      if (quiet.lost + quiet.doubled + quiet.garbled > 0) broken.push(`the bystander lost ${quiet.lost} lines`);
      return {
        figures: {
          pairs: chosen.length,
          of: pairs.length,
          produced: total,
          logged: account.bytes,
          dropped,
          markers: account.markers,
          files: account.files,
          told: troubles,
          restarts: looper?.restarts ?? 0,
        },
        broken,
      };
    } finally {
      await world.close();
    }
  },
};

function* singles(): Generator<Fault> {
  for (const call of FAULTY_CALLS) for (const error of ERRORS) yield { call, error };
  yield { call: "write", error: "short" };
}

/** Each with each, and each alone. */
function pairsOf(faults: readonly Fault[]): (readonly Fault[])[] {
  return faults.flatMap((one, index) => [[one], ...faults.slice(index + 1).map((other) => [one, other])]);
}

interface LogAccount {
  readonly bytes: number;
  readonly marked: number;
  readonly markers: number;
  readonly doubled: number;
  readonly garbled: number;
  readonly files: number;
}

function readLog(folder: string): LogAccount {
  let [bytes, marked, markers, doubled, garbled] = [0, 0, 0, 0, 0];
  const seen = new Set<string>();
  const files = readdirSync(folder).filter((name) => name.startsWith("victim.log"));
  for (const file of files) {
    const lines = readFileSync(join(folder, file), "latin1").split("\n");
    if (lines.pop() !== "") garbled++;
    for (const line of lines) {
      if (line.startsWith("[sup] dropped ")) {
        markers++;
        marked += Number(line.split(" ")[2]);
      } else if (line.length !== SIZE - 1) garbled++;
      else if (seen.has(line)) doubled++;
      else {
        seen.add(line);
        bytes += SIZE;
      }
    }
  }
  return { bytes, marked, markers, doubled, garbled, files: files.length };
}
