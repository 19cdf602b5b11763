import * as fs from "node:fs";
import * as net from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectKeeper } from "../../src/keeper/connection.ts";
import { serveKeeper, type SupervisorConnection } from "../../src/keeper/serve.ts";
import { shutDown } from "../../src/keeper/shut-down.ts";
import { encodeMessage, FrameReader, type Message } from "../../src/protocol/frames.ts";
import { KEEPER_PROTOCOL } from "../../src/protocol/keeper-version.ts";
import { eventually, listen, logTo, openKeeper, sh, type TestKeeper, removeFolder } from "./harness.ts";

let own: TestKeeper;
let server: net.Server;
/** The keeper's ends of the connections so far. */
let serving: { stream: net.Socket; served: SupervisorConnection }[];
beforeEach(async () => {
  own = openKeeper();
  serving = [];
  server = net.createServer((stream) => serving.push({ stream, served: serveKeeper(own.keeper, stream) }));
  await new Promise<void>((resolve) => server.listen(join(own.folder, "socket"), resolve));
});
afterEach(async () => {
  own.keeper.close();
  server.close();
  await removeFolder(own.folder);
});

const connect = (): net.Socket => net.connect(join(own.folder, "socket"));

test("everything works over the wire as it does in the process", async () => {
  const remote = connectKeeper(connect());
  const heard = listen(remote);
  expect(await remote.snapshot()).toMatchObject({
    protocol: KEEPER_PROTOCOL,
    pid: process.pid,
    processes: [],
    saved: {},
  });
  const log = join(own.folder, "log");
  expect(await remote.follow("a:a", "stdout", true)).toEqual({ size: 0, position: 0 });
  const started = await remote.start(
    sh("a:a", "read x; echo $x; exit 4", { logs: { stdout: logTo(log), stderr: "stdout" } }),
  );
  if (!started.ok) throw new Error(started.errno);
  expect(await remote.writeStdin("a:a", Uint8Array.from([0xff, 0x41, 10]))).toBe("queued");
  expect(await heard.exit("a:a")).toMatchObject({ code: 4, pid: started.pid });
  expect(heard.told.map((event) => event.type)).toEqual(["output", "exit"]);
  expect(heard.told[0]).toMatchObject({ position: 3, data: Uint8Array.from([0xff, 0x41, 10]) });
  expect(await remote.follow("a:a", "stdout", false)).toMatchObject({ size: 3, position: 3 });
  await remote.clearLogs("a:a");
  expect(fs.statSync(log).size).toBe(0);
  remote.acknowledge(1, { state: "x" });
  expect(await remote.snapshot()).toMatchObject({ pending: [], saved: { state: "x" } });
  await remote.forget("a:a");
  await remote.start(sh("a:a", "sleep 60"));
  await expect(remote.forget("a:a")).rejects.toThrow(/stop it first/);
  await expect(remote.quit()).rejects.toThrow(/1 programs are running/);
  await remote.signal("a:a", 9, "group");
  await heard.until(() => heard.told.filter((event) => event.type === "exit").length === 2);
  const closed = new Promise<void>((resolve) => remote.events.onClose(resolve));
  await remote.quit({ status: 9 });
  expect(own.keeper.status).toBe(9);
  await closed;
  await expect(remote.snapshot()).rejects.toThrow(/gone/);
});

test("a keeper that stops everything alone does so as the supervisor said last", async () => {
  const remote = connectKeeper(connect());
  const heard = listen(remote);
  await remote.snapshot();
  await remote.follow("a:a", "stdout", true);
  const request = sh("a:a", "trap '' TERM; trap 'exit 7' USR1; echo ready; while :; do sleep 0.02; done");
  await remote.start(request);
  await heard.until(() => heard.told.some((event) => event.type === "output"));
  await remote.setLogs("a:a", request.logs, { ...request.stop, signal: constants.signals.SIGUSR1 });
  await shutDown(own.keeper);
  expect(await heard.exit("a:a")).toMatchObject({ code: 7 });
});

test("the pid of a program is known before its exit is told", async () => {
  const remote = connectKeeper(connect());
  const pids = new Map<string, number>();
  const unknown: string[] = [];
  remote.events.onEvent((event) => {
    if (event.type === "exit" && pids.get(event.key) !== event.pid) unknown.push(event.key);
  });
  const heard = listen(remote);
  await remote.snapshot();
  const keys = Array.from({ length: 60 }, (_, at) => `quick:${at}`);
  const begin = async (key: string): Promise<void> => {
    const result = await remote.start({ ...sh(key, ""), file: "/bin/true", argv: ["true"] });
    if (result.ok) pids.set(key, result.pid);
  };
  await Promise.all(keys.map(begin));
  await Promise.all(keys.map((key) => heard.exit(key)));
  expect(unknown).toEqual([]);
});

test("what is said in one turn is one write, and answers that come together are told before what follows them", async () => {
  const writes: Message[][] = [];
  const reader = new FrameReader();
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(reader.push(chunk));
      done();
    },
    writev: (chunks, done) => {
      writes.push(chunks.flatMap(({ chunk }) => reader.push(chunk as Buffer)));
      done();
    },
  });
  let now = 0;
  const remote = connectKeeper(stream, () => now);
  const told: string[] = [];
  remote.events.onEvent((event) => told.push(event.type));
  const say = (...messages: object[]): void =>
    void stream.push(Buffer.concat(messages.flatMap((json) => encodeMessage({ json, bytes: null }))));
  say({ op: "hello", protocol: KEEPER_PROTOCOL, pid: 1 });
  await eventually(() => writes.length > 0);
  writes.length = 0;

  const answered = ["a", "b"].map((key) => remote.forget(key).then(() => told.push(key)));
  queueMicrotask(() => remote.acknowledge(7, {}));
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes.map((messages) => messages.map(({ json }) => Object(json).op))).toEqual([
    ["forget", "forget", "acknowledge"],
  ]);
  const ids = writes.flat().map(({ json }) => Object(json).id as number);
  writes.length = 0;
  for (let seq = 8; seq < 28; seq++) {
    now += 0.125;
    remote.acknowledge(seq, {});
  }
  // The keeper has something to do while the rest is said.
  expect(writes.map((messages) => messages.length)).toEqual([8, 8]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes.map((messages) => messages.length)).toEqual([8, 8, 4]);
  const relayed = { op: "event", event: { type: "relayed", signal: "HUP" } };
  say({ op: "result", id: ids[0], result: null }, { op: "result", id: ids[1], result: null }, relayed, relayed);
  await Promise.all(answered);
  expect(told).toEqual(["a", "b"]);
  await eventually(() => told.length === 4);
  expect(told).toEqual(["a", "b", "relayed", "relayed"]);
  stream.destroy();
});

test("a follower that does not read is told how much it missed, and misses no exit", async () => {
  const stream = connect();
  const remote = connectKeeper(stream);
  const heard = listen(remote);
  await remote.snapshot();
  await remote.follow("flood:a", "stdout", true);
  await remote.start(sh("flood:a", "head -c 20000000 /dev/zero", { logs: { stdout: logTo(null), stderr: "stdout" } }));
  stream.pause();
  await own.exit("flood:a");
  stream.resume();
  await heard.exit("flood:a");
  const bytes = heard.told.map((event) =>
    event.type === "output" ? event.data.length : event.type === "gap" ? event.bytes : 0,
  );
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(20_000_000);
  expect(heard.told.filter((event) => event.type === "gap").length).toBeGreaterThan(0);
  expect(heard.told.at(-1)?.type).toBe("exit");
});

test("what a quiet program says is told whole, also while a flood of another is skipped", async () => {
  const stream = connect();
  const remote = connectKeeper(stream);
  const heard = listen(remote);
  await remote.snapshot();
  const merged = { logs: { stdout: logTo(null), stderr: "stdout" } } as const;
  for (const key of ["flood:a", "quiet:a"]) await remote.follow(key, "stdout", true);
  await remote.start(sh("flood:a", "head -c 20000000 /dev/zero", merged));
  stream.pause();
  await own.exit("flood:a");
  await own.keeper.start(sh("quiet:a", "echo first; sleep 0.1; echo second", merged));
  await own.exit("quiet:a");
  stream.resume();
  await heard.exit("quiet:a");
  const said = heard.told.flatMap((event) => (event.type === "output" && event.key === "quiet:a" ? [event.data] : []));
  expect(Buffer.concat(said).toString()).toBe("first\nsecond\n");
  expect(heard.told.filter((event) => event.type === "gap").map((event) => event.key)).toContain("flood:a");
});

test("a snapshot is sent as it is read: a supervisor that is killed before that has cost nothing", async () => {
  const saved = Object.fromEntries(Array.from({ length: 4000 }, (_, at) => [`entry/${at}`, `${at} "ü" `.repeat(400)]));
  own.keeper.acknowledge(0, saved);
  const ours = connect();
  ours.write(withHello({ op: "snapshot", id: 1 }));
  const { stream, served } = await eventually(() => serving[0]);
  // More than the hello: the rest waits for as long as nobody reads.
  await eventually(() => stream.writableLength > 64 * 1024);
  expect(stream.writableLength).toBeLessThan(512 * 1024);
  // What happens meanwhile comes after it, once.
  await own.keeper.start(sh("meanwhile:a", "exit 3"));
  await own.exit("meanwhile:a");
  own.keeper.tell({ type: "relayed", signal: "HUP" });
  expect(stream.writableLength).toBeLessThan(512 * 1024);
  const reader = new FrameReader();
  const told: unknown[] = [];
  ours.on("data", (chunk: Uint8Array) => told.push(...reader.push(chunk).map(({ json }) => json)));
  await eventually(() => told.length >= 4);
  expect(told.map((each) => Object(each).op)).toEqual(["hello", "result", "event", "event"]);
  expect(Object(told[1]).result).toMatchObject({ pending: [], pid: process.pid });
  expect(Object(told[1]).result.saved).toEqual(saved);
  expect(told.slice(2)).toEqual([
    { op: "event", event: { type: "relayed", signal: "HUP" } },
    { op: "event", event: expect.objectContaining({ type: "exit", key: "meanwhile:a", code: 3, seq: 1 }) },
  ]);
  ours.destroy();
  await eventually(() => served.closed);
});

test("two snapshots at once are both answered, in full", async () => {
  own.keeper.acknowledge(0, { long: "x".repeat(3_000_000) });
  const remote = connectKeeper(connect());
  const all = await Promise.all([remote.snapshot(), remote.snapshot(), remote.processes("all"), remote.snapshot()]);
  expect(all.map((each) => Object(each).saved?.long?.length)).toEqual([3_000_000, 3_000_000, undefined, 3_000_000]);
});

test.each([
  ["garbage", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["another protocol", Buffer.concat(encodeMessage({ json: { op: "hello", protocol: 99 }, bytes: null }))],
  ["no hello", Buffer.concat(encodeMessage({ json: { op: "snapshot", id: 1 }, bytes: null }))],
  ["an unknown request", withHello({ op: "exec", id: 1 })],
  ["a request of the wrong shape", withHello({ op: "start", id: 1, request: { key: 5 } })],
  ["not an object", withHello([])],
])("%s closes the connection and nothing else", async (_, bytes) => {
  const stream = connect();
  const closed = new Promise((resolve) => stream.on("close", resolve));
  stream.on("error", () => undefined);
  stream.resume();
  stream.write(bytes);
  await closed;
  expect((await connectKeeper(connect()).snapshot()).pid).toBe(process.pid);
});

test("a log target whose reader has stopped holds up its own program only, and loses nothing", async () => {
  const fifo = join(own.folder, "target");
  const [path = ""] = await own.keeper.pool.take(1);
  fs.renameSync(path, fifo);
  const holder = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  await own.keeper.start(
    sh("slow:a", "head -c 3000000 /dev/zero; exit 2", { logs: { stdout: logTo(fifo), stderr: logTo(null) } }),
  );
  await own.keeper.start(sh("fast:a", "exit 1"));
  expect((await own.exit("fast:a")).code).toBe(1);
  expect(own.told.some((event) => event.type === "exit" && event.key === "slow:a")).toBe(false);
  let total = 0;
  const buffer = Buffer.alloc(65536);
  await eventually(() => {
    try {
      total += fs.readSync(holder, buffer);
    } catch {
      // Empty for now.
    }
    return total === 3_000_000;
  });
  expect((await own.exit("slow:a")).code).toBe(2);
  fs.closeSync(holder);
});

function withHello(json: unknown): Buffer {
  const hello = encodeMessage({ json: { op: "hello", protocol: KEEPER_PROTOCOL }, bytes: null });
  return Buffer.concat([...hello, ...encodeMessage({ json, bytes: null })]);
}

test("of events that were dropped before a supervisor had them it is told how many, and of whom", async () => {
  const { keeper, exit } = own;
  const piece = 64 * 1024;
  const logs = { stdout: logTo(null, { events: true }), stderr: "stdout" } as const;
  // Nobody hears it.
  await keeper.start(sh("loud:loud", `head -c ${200 * piece} /dev/zero`, { logs }));
  await keeper.start(sh("low:low", "echo hello", { logs }));
  await Promise.all([exit("loud:loud"), exit("low:low")]);
  const kept = (): number =>
    keeper.journal.pending.reduce(
      (sum, each) =>
        sum + (each.type === "log" && each.key === "loud:loud" ? Buffer.byteLength(each.data, "base64") : 0),
      0,
    );
  const bytes = 200 * piece - kept();
  expect(bytes).toBeGreaterThan(100 * piece);
  const remote = connectKeeper(connect());
  const heard = listen(remote);
  await remote.snapshot();
  const lost = (): object[] => heard.told.filter((event) => event.type === "eventsLost");
  await heard.until(() => lost().length > 0);
  expect(lost()).toEqual([{ type: "eventsLost", key: "loud:loud", events: expect.any(Number) as number, bytes }]);
  // What it has been sent and has not acknowledged yet is no loss,
  const before = heard.told.length;
  await remote.start(sh("loud:loud", `head -c ${20 * piece} /dev/zero`, { logs, incarnation: 2 }));
  await heard.exit("loud:loud", 2);
  expect(heard.told.slice(before).every((event) => event.type !== "eventsLost")).toBe(true);
  expect(keeper.lost.take()).toEqual([]);
  // unless it dies before that.
  serving.at(-1)?.served.close();
  const dropped = keeper.lost.take();
  expect(dropped).toMatchObject([{ key: "loud:loud" }]);
  expect(dropped[0]?.bytes).toBeGreaterThan(10 * piece);
});
