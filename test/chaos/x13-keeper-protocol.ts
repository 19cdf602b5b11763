import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectKeeper } from "../../src/keeper/connection.ts";
import { KeeperCore } from "../../src/keeper/keeper-core.ts";
import { serveKeeper } from "../../src/keeper/serve.ts";
import { encodeMessage } from "../../src/protocol/frames.ts";
import { KEEPER_PROTOCOL } from "../../src/protocol/keeper-version.ts";
import type { ChaosTest } from "./chaos-test.ts";
import type { Random } from "./random.ts";
import { childrenOf, commandOf, isAlive, kill, pause, residentOf, World } from "./world.ts";

/** The keeper starts programs as root: whatever is said to it, it does what makes sense and closes on the rest. */
export const keeperProtocol: ChaosTest = {
  id: "X13",
  title: "the keeper's protocol: mutated and slow frames; supervisors that replace one another while they are killed",
  criterion: "0 crashes, 0 programs started or touched, memory bounded; exactly one supervisor owns at any end",
  async run({ random, full }) {
    const fuzz = await fuzzed(random, full ? 100_000 : 20_000);
    const race = await raced(random, full ? 20 : 4);
    return { figures: { ...fuzz.figures, ...race.figures }, broken: [...fuzz.broken, ...race.broken] };
  },
};

interface Part {
  readonly figures: Readonly<Record<string, number>>;
  readonly broken: readonly string[];
}

async function fuzzed(random: Random, frames: number): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "sup-keeper-"));
  const keeper = new KeeperCore({ folder: join(folder, "keeper"), nofileSoft: null });
  const path = join(folder, "socket");
  const server = createServer((stream) => serveKeeper(keeper, stream));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const crashes: string[] = [];
  const crashed = (error: unknown): void => void crashes.push(String((error as Error).stack ?? error));
  process.on("uncaughtException", crashed);
  process.on("unhandledRejection", crashed);
  // What is refused is told on stderr; here that is every connection.
  const { write } = process.stderr;
  process.stderr.write = () => true;
  const before = residentOf(process.pid);
  let [sent, connections, closed] = [0, 0, 0];
  try {
    const started = await keeper.start(sleeper("victim:a"));
    const slow = connect(path)
      .resume()
      .on("error", () => {});
    const drip = Buffer.concat(conversation(random).map((frame) => Buffer.from(frame)));
    let dripped = 0;
    while (sent < frames) {
      const stream = connect(path);
      connections++;
      const over = new Promise<void>((resolve) => stream.once("close", () => resolve()));
      stream.on("error", () => {}).resume();
      for (const frame of conversation(random)) {
        if (stream.destroyed) break;
        sent++;
        stream.write(random.whole(0, 3) === 0 ? Buffer.from(frame) : mutated(Buffer.from(frame), random));
      }
      stream.end();
      // A byte of a frame at a time, while all the others come and go.
      if (dripped < drip.length) slow.write(drip.subarray(dripped, ++dripped));
      await over;
      closed++;
    }
    slow.destroy();
    const remote = connectKeeper(connect(path));
    const snapshot = await remote.snapshot();
    const broken = crashes.slice(0, 3);
    const victim = snapshot.processes.find((one) => one.key === "victim:a");
    if (!started.ok || victim?.pid !== started.pid || !isAlive(started.pid)) broken.push("a program was touched");
    const strangers = snapshot.processes.filter((one) => one.key !== "victim:a" && one.pid !== 0);
    if (strangers.length > 0) broken.push(`started: ${strangers.map((one) => one.key).join(", ")}`);
    const growth = Math.round(residentOf(process.pid) - before);
    if (growth > 128) broken.push(`it grew by ${growth} MiB`);
    return { figures: { frames: sent, connections, closed, crashes: crashes.length, growthMiB: growth }, broken };
  } finally {
    process.stderr.write = write;
    process.off("uncaughtException", crashed);
    process.off("unhandledRejection", crashed);
    await keeper.signal("victim:a", 9, "group");
    await pause(100);
    keeper.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function sleeper(key: string): Parameters<KeeperCore["start"]>[0] {
  const log = { path: null, maxbytes: 0, backups: 0, stripAnsi: false, captureMaxbytes: 0, events: false };
  return {
    key,
    incarnation: 1,
    file: "/bin/sleep",
    argv: ["sleep", "1000"],
    environment: {},
    directory: null,
    umask: null,
    uid: null,
    logs: { stdout: log, stderr: log },
    stop: { signal: 15, waitsecs: 1, stopasgroup: false, killasgroup: false },
  };
}

/** A hello, and some requests that would do no harm if they arrived as they are. */
function conversation(random: Random): Uint8Array[] {
  const harmless = (id: number): { json: object; bytes: Uint8Array | null } =>
    random.pick([
      { json: { op: "snapshot", id }, bytes: null },
      { json: { op: "start", id, request: { ...sleeper("other:a"), file: "/nonexistent", argv: ["x"] } }, bytes: null },
      { json: { op: "signal", id, key: "nobody:a", signal: 0, target: "process" }, bytes: null },
      { json: { op: "writeStdin", id, key: "victim:a", once: null }, bytes: new Uint8Array(random.whole(0, 3000)) },
      { json: { op: "follow", id, key: "victim:a", stream: "stdout", on: true }, bytes: null },
      { json: { op: "setLogs", id, key: "nobody:a", logs: sleeper("x").logs }, bytes: null },
      { json: { op: "acknowledge", seq: 0, changes: { ["__proto__"]: "x", a: null } }, bytes: null },
      { json: { op: "processes", id, which: "all" }, bytes: null },
      { json: { op: "clearLogs", id, key: "__proto__" }, bytes: null },
      { json: { op: "forget", id, key: "constructor" }, bytes: null },
      { json: { op: "quit", id, force: false, status: 0 }, bytes: null },
    ]);
  const messages = Array.from({ length: random.whole(1, 30) }, (_, id) => harmless(id + 1));
  return [{ json: { op: "hello", protocol: KEEPER_PROTOCOL }, bytes: null }, ...messages].flatMap((message) =>
    encodeMessage(message),
  );
}

function mutated(frame: Buffer, random: Random): Buffer {
  switch (random.whole(0, 6)) {
    case 0: {
      const flipped = Buffer.from(frame);
      const at = random.whole(0, flipped.length - 1);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.whole(0, 7));
      return flipped;
    }
    case 1:
      return frame.subarray(0, random.whole(0, frame.length - 1));
    case 2: {
      const long = Buffer.from(frame);
      long.writeUInt32BE(random.pick([0, 1, 0xffff_ffff, 1 << 20, (1 << 20) + 1, frame.length]), 0);
      return long;
    }
    case 3:
      return Buffer.from(Array.from({ length: random.whole(1, 200) }, () => random.whole(0, 255)));
    case 4: {
      const json = random.pick<unknown>([
        null,
        [],
        5,
        "x",
        { op: null },
        { op: "start", id: 1 },
        { op: "start", id: {}, request: [] },
      ]);
      return Buffer.concat(encodeMessage({ json, bytes: null }));
    }
    case 5: {
      const kind = Buffer.from(frame);
      kind[4] = random.whole(0, 255);
      return kind;
    }
    default:
      return Buffer.concat([frame, frame]);
  }
}

/** Real supervisors: several upgrades at a time, and kills in between. */
async function raced(random: Random, rounds: number): Promise<Part> {
  const world = new World();
  try {
    world.configure({ a: { command: "sleep 1000", startsecs: 0 } });
    await world.up();
    const first = await world.untilStatus((status) => status.processes[0]?.state === "RUNNING", "it to run");
    const broken: string[] = [];
    let [kills, upgrades] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const runs = [1, 2].map(() => world.project.sup("upgrade", "-c", world.config));
      for (let kill9 = 0; kill9 < 3; kill9++) {
        await pause(random.whole(20, 250));
        const supervisor = world.supervisorPid(first.pid);
        if (supervisor !== null && kill(supervisor, "SIGKILL")) kills++;
      }
      upgrades += (await Promise.all(runs)).length;
      await world.status();
      await world
        .until(() => supervisorsOf(first.pid).length === 1, "one supervisor")
        .catch(() => {
          broken.push(`round ${round}: ${supervisorsOf(first.pid).length} supervisors`);
        });
    }
    const { processes, pid } = await world.status();
    if (pid !== first.pid || processes[0]?.pid !== first.processes[0]?.pid) broken.push("the program was touched");
    return { figures: { upgrades, kills }, broken };
  } finally {
    await world.close();
  }
}

function supervisorsOf(keeper: number): number[] {
  return childrenOf(keeper).filter((pid) => commandOf(pid).split(" ")[1]?.endsWith("supervisor.cjs"));
}
