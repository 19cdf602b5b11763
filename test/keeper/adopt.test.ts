import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { KeeperCore } from "../../src/keeper/keeper-core.ts";
import { readStat } from "../../src/keeper/kernel/proc.ts";
import { loadSystemCalls } from "../../src/keeper/kernel/system-calls.ts";
import { readRegistry, Registry, registryFile, type ProgramRecord } from "../../src/keeper/records/registry.ts";
import { sendSignal } from "../support/send-signal.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

let folder = "";
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

/** Makes the records of the keeper that has ended say something else, as lines that come later do. */
function rerecord(change: (record: ProgramRecord) => object): void {
  const file = registryFile(join(folder, "keeper"));
  const lines = readRegistry(file).records.flatMap((run) => [{ gone: run.key }, { run: { ...run, ...change(run) } }]);
  // The last line of a keeper that was killed may have been cut.
  fs.appendFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"run":{"version":1,"ke`);
}

test("what is saved with a start is on disk before there is a process, with all that was saved before it", async () => {
  const { keeper } = openKeeper(folder);
  keeper.acknowledge(0, { daemon: "1" });
  // A keeper that is killed comes to nothing that waits for a timer.
  const seen = (): unknown => readRegistry(registryFile(join(folder, "keeper"))).state.entries;
  const [started] = await Promise.all([
    keeper.start(sh("a:a", "exec sleep 60"), "STARTING"),
    keeper.start(sh("a:b", "exec sleep 60"), "STARTING too"),
  ]);
  expect(started).toMatchObject({ ok: true });
  expect(seen()).toEqual({ daemon: "1", "a:a": "STARTING", "a:b": "STARTING too" });
  expect((await keeper.snapshot()).saved).toEqual(seen());
  for (const key of ["a:a", "a:b"]) await keeper.signal(key, 9, "group");
  await eventually(() => [...keeper.programs.values()].every((program) => !program.alive));
  keeper.close();
});

test("a program whose spawn was not recorded yet is found by its life FIFO and never started twice", async () => {
  const log = join(folder, "log");
  const first = openKeeper(folder);
  const request = sh("a:a", "echo one; read x; echo $x; sleep 60", { logs: { stdout: logTo(log), stderr: "stdout" } });
  const started = await first.keeper.start(request);
  if (!started.ok) throw new Error(started.errno);
  await eventually(() => fs.readFileSync(log, "utf8") === "one\n");
  first.keeper.close();
  // As it was a moment before the record of the spawn replaced the record of the intent.
  rerecord(() => ({ pid: 0, startTime: "" }));
  const second = openKeeper(folder);
  const { processes } = await second.keeper.snapshot();
  expect(processes).toMatchObject([{ key: "a:a", incarnation: 1, pid: started.pid, adopted: true }]);
  // Asked for again, because nobody heard the answer: the answer is that of the first time.
  expect(await second.keeper.start(request)).toMatchObject({ ok: true, pid: started.pid });
  expect(await second.keeper.writeStdin("a:a", new TextEncoder().encode("two\n"))).toBe("queued");
  await eventually(() => fs.readFileSync(log, "utf8") === "one\ntwo\n");
  expect(await second.keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  expect(await second.exit("a:a")).toMatchObject({ code: null, signal: null, unknown: true, pid: started.pid });
  expect((await second.keeper.start({ ...request, incarnation: 2, argv: ["sh", "-c", "exit 0"] })).ok).toBe(true);
  await second.exit("a:a", 2);
  second.keeper.close();
});

test("a keeper without room for the output of those that live takes none of them for dead", async () => {
  const calls = loadSystemCalls();
  if (calls === null) throw new Error("koffi is missing");
  const first = openKeeper(folder);
  const keys = ["a:a", "a:b", "a:c"];
  for (const key of keys) await first.keeper.start(sh(key, "exec sleep 60"));
  first.keeper.close();
  const before = fs.readFileSync(registryFile(join(folder, "keeper")), "utf8");
  const soft = calls.setOpenFiles(fs.readdirSync("/proc/self/fd").length + 8) ?? 0;
  try {
    expect(() => openKeeper(folder)).toThrow(/^3 programs run .* Raise that limit/);
  } finally {
    calls.setOpenFiles(soft);
  }
  expect(fs.readFileSync(registryFile(join(folder, "keeper")), "utf8")).toBe(before);
  const { keeper } = openKeeper(folder);
  expect((await keeper.snapshot()).processes.filter(({ pid }) => pid > 0).map(({ key }) => key)).toEqual(keys);
  for (const key of keys) await keeper.signal(key, 9, "group");
  await eventually(() => [...keeper.programs.values()].every((program) => !program.alive));
  keeper.close();
});

test("starts that failed under an earlier keeper were counted by whoever asked for them", async () => {
  const first = openKeeper(folder);
  first.keeper.acknowledge(0, { daemon: "1" });
  const inVain = { logs: { stdout: logTo(folder), stderr: "stdout" } } as const;
  expect((await first.keeper.start(sh("a:ran", "exit 0"))).ok).toBe(true);
  await first.exit("a:ran");
  for (const incarnation of [2, 3])
    expect(await first.keeper.start(sh("a:ran", "", { ...inVain, incarnation }))).toMatchObject({ errno: "EISDIR" });
  for (const incarnation of [1, 2])
    expect(await first.keeper.start(sh("a:never", "", { ...inVain, incarnation }))).toMatchObject({ errno: "EISDIR" });
  first.keeper.close();
  const second = openKeeper(folder);
  for (const [key, incarnation] of [
    ["a:ran", 4],
    ["a:never", 3],
  ] as const) {
    const late = sh(key, "exit 0", { incarnation: incarnation + 2 });
    expect((await second.keeper.start(sh(key, "exit 0", { incarnation }))).ok).toBe(true);
    await second.exit(key, incarnation);
    expect(await second.keeper.start(late)).toEqual({ ok: false, stage: "refused", errno: "incarnation" });
  }
  second.keeper.close();
});

test("a live program whose log and FIFOs are gone is still taken over, and never started twice", async () => {
  const logs = { stdout: logTo(join(folder, "d", "log")), stderr: "stdout" } as const;
  fs.mkdirSync(join(folder, "d"));
  const first = openKeeper(folder);
  const started = await first.keeper.start(sh("a:a", "exec sleep 60", { logs }));
  if (!started.ok) throw new Error(started.errno);
  first.keeper.close();
  fs.rmSync(join(folder, "d"), { recursive: true });
  fs.rmSync(join(folder, "keeper", "fifo"), { recursive: true });
  const second = openKeeper(folder);
  expect((await second.keeper.snapshot()).processes).toMatchObject([{ pid: started.pid, adopted: true }]);
  await second.keeper.signal("a:a", 9, "process");
  expect(await second.exit("a:a")).toMatchObject({ unknown: true, pid: started.pid });
  second.keeper.close();
});

test("a pid that belongs to somebody else by now is neither adopted nor signalled", async () => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 0"));
  await first.exit("a:a");
  first.keeper.close();
  const stranger = spawn("sleep", ["60"]);
  rerecord(() => ({ pid: stranger.pid, startTime: "1", ended: null }));
  const second = openKeeper(folder);
  const { processes, pending } = await second.keeper.snapshot();
  expect(processes).toMatchObject([{ pid: 0, incarnation: 1 }]);
  expect(pending.at(-1)).toMatchObject({ type: "exit", key: "a:a", unknown: true });
  expect(await second.keeper.signal("a:a", 9, "process")).toEqual({ ok: false, errno: "ESRCH" });
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill("SIGKILL");
  second.keeper.close();
});

test("an exit that was told but not acknowledged is told again by the next keeper, with its number and code", async () => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 5"));
  const told = await first.exit("a:a");
  first.keeper.close();
  const second = openKeeper(folder);
  expect((await second.keeper.snapshot()).pending).toEqual([told]);
  second.keeper.acknowledge("seq" in told ? Number(told.seq) : 0, { mine: "1" });
  second.keeper.close();
  const third = openKeeper(folder);
  expect(await third.keeper.snapshot()).toMatchObject({ pending: [], saved: { mine: "1" } });
  third.keeper.close();
});

test("a run that was about to begin, and of which nothing is left, is told once, as unknown, and its number is used up", async () => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 5"));
  const told = await first.exit("a:a");
  first.keeper.acknowledge("seq" in told ? Number(told.seq) : 0, {});
  first.keeper.close();
  // Its keeper was killed after the second spawn was noted as imminent; the process, if there was one, has ended since.
  const intent = (record: ProgramRecord): object => ({ ...record, incarnation: 2, pid: 0, startTime: "", ended: null });
  const file = registryFile(join(folder, "keeper"));
  const [record] = readRegistry(file).records;
  if (record === undefined) throw new Error("nothing is recorded");
  fs.appendFileSync(file, `${JSON.stringify({ run: intent(record) })}\n`);
  const second = openKeeper(folder);
  const { pending, processes } = await second.keeper.snapshot();
  expect(pending).toMatchObject([{ type: "exit", key: "a:a", incarnation: 2, pid: 0, code: null, unknown: true }]);
  expect(processes).toMatchObject([{ key: "a:a", incarnation: 2, pid: 0 }]);
  second.keeper.close();
  const third = openKeeper(folder);
  expect((await third.keeper.snapshot()).pending).toEqual(pending);
  expect(await third.keeper.start(sh("a:a", "exit 0", { incarnation: 2 }))).toMatchObject({ errno: "incarnation" });
  third.keeper.acknowledge(pending[0]?.seq ?? 0, {});
  third.keeper.close();
  const fourth = openKeeper(folder);
  expect((await fourth.keeper.snapshot()).pending).toEqual([]);
  expect(await fourth.keeper.start(sh("a:a", "exit 0", { incarnation: 3 }))).toMatchObject({ ok: true });
  await fourth.exit("a:a", 3);
  fourth.keeper.close();
});

test("a start that failed is not taken for a run by the next keeper", () => {
  fs.mkdirSync(join(folder, "keeper"));
  const registry = new Registry(join(folder, "keeper"), () => ({ seq: 0, acknowledged: 0, entries: {} }));
  const intent = { version: 1, key: "a:a", incarnation: 1, boot: "", pid: 0, startTime: "", startedAt: 0, ended: null };
  registry.write({ ...intent, version: 1 } as unknown as ProgramRecord);
  expect(readRegistry(registryFile(join(folder, "keeper"))).records).toHaveLength(1);
  registry.dropIntent("a:a");
  registry.close();
  expect(readRegistry(registryFile(join(folder, "keeper"))).records).toEqual([]);
});

test("a state of many megabytes is written a little at a time, and read again as it was", () => {
  fs.mkdirSync(join(folder, "keeper"));
  const entries = Object.fromEntries(
    Array.from({ length: 3000 }, (_, at) => [`entry/${at}`, `${at} "ü"\n`.repeat(300)]),
  );
  const registry = new Registry(join(folder, "keeper"), () => ({ seq: 7, acknowledged: 5, entries }));
  const run = { version: 1, key: "a:a", incarnation: 1, boot: "", pid: 9, startTime: "", startedAt: 0, ended: null };
  registry.write({ ...run, version: 1 } as unknown as ProgramRecord);
  registry.close();
  const file = registryFile(join(folder, "keeper"));
  const longest = Math.max(
    ...fs
      .readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.length),
  );
  expect(longest).toBeLessThan(256 * 1024);
  const { records, state } = readRegistry(file);
  expect(records).toHaveLength(1);
  expect(state).toEqual({ seq: 7, acknowledged: 5, entries });
});

test("the records of the first version, a file for each program, are understood", async () => {
  const first = openKeeper(folder);
  const started = await first.keeper.start(sh("a:a", "exec sleep 60"));
  if (!started.ok) throw new Error(started.errno);
  first.keeper.close();
  const file = registryFile(join(folder, "keeper"));
  const [record] = readRegistry(file).records;
  fs.mkdirSync(join(folder, "keeper", "programs"));
  fs.writeFileSync(join(folder, "keeper", "programs", "0123.json"), JSON.stringify(record));
  const state = { seq: 7, acknowledged: 7, entries: { daemon: "1" } };
  fs.writeFileSync(join(folder, "keeper", "state.json"), JSON.stringify(state));
  fs.rmSync(file);
  const second = openKeeper(folder);
  const { processes, saved } = await second.keeper.snapshot();
  expect(processes).toMatchObject([{ key: "a:a", pid: started.pid, adopted: true }]);
  expect(saved).toEqual({ daemon: "1" });
  await second.keeper.signal("a:a", 9, "process");
  expect(await second.exit("a:a")).toMatchObject({ seq: 8, unknown: true });
  second.keeper.close();
});

test("of a program that ended before this keeper, what is left is known by its life FIFO, and nobody else is taken for it", async () => {
  const first = openKeeper(folder);
  // Without a control group.
  const stop = { signal: 15, waitsecs: 5, stopasgroup: false, killasgroup: false };
  const deaf = (command: string): string => `bash -c "exec 120>&-; exec ${command}"`;
  // One stays as it is, one leaves the session, and one lets go of the FIFO.
  const script = `sleep 61 & setsid sleep 62 & ${deaf("sleep 63")} & exec sleep 60`;
  const started = await first.keeper.start(sh("a:a", script, { stop }));
  if (!started.ok) throw new Error(started.errno);
  const alone = await first.keeper.start(sh("a:b", `${deaf("sleep 64")} & exec sleep 60`, { stop }));
  if (!alone.ok) throw new Error(alone.errno);
  const commands = async (keeper: KeeperCore): Promise<Record<string, string[]>> => {
    const found = Object.entries(await keeper.processes("all"));
    return Object.fromEntries(found.map(([key, members]) => [key, members.map((one) => one.command).toSorted()]));
  };
  const whole = { "a:a": ["sleep 60", "sleep 61", "sleep 62", "sleep 63"], "a:b": ["sleep 60", "sleep 64"] };
  while (JSON.stringify(await commands(first.keeper)) !== JSON.stringify(whole)) await setTimeout(5);
  const kept = (await first.keeper.processes("all"))["a:b"]?.find((one) => one.command === "sleep 64")?.pid ?? 0;
  first.keeper.close();
  for (const { pid } of [started, alone]) sendSignal(pid, "SIGKILL");
  await eventually(() => [started, alone].every(({ pid }) => readStat(pid)?.exiting ?? true));
  const second = openKeeper(folder);
  // Whoever is in a session of that number might be a stranger by now, unless one who holds the life FIFO is in it, too.
  expect(await commands(second.keeper)).toEqual({ "a:a": ["sleep 61", "sleep 62", "sleep 63"] });
  expect(await second.keeper.signal("a:b", 9, "group")).toEqual({ ok: false, errno: "ESRCH" });
  expect(await second.keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  while (Object.keys(await commands(second.keeper)).length > 0) await setTimeout(5);
  expect(await second.keeper.signal("a:a", 9, "group")).toEqual({ ok: false, errno: "ESRCH" });
  expect(readStat(kept)?.exiting).toBe(false);
  sendSignal(kept, "SIGKILL");
  second.keeper.close();
});

const calls = loadSystemCalls();
test.skipIf(calls === null)("who cannot be looked at for lack of descriptors has not ended", async () => {
  const first = openKeeper(folder);
  const started = await first.keeper.start(sh("a:a", "exec sleep 60"));
  first.keeper.close();
  const second = openKeeper(folder);
  const program = second.keeper.programs.get("a:a");
  const soft = calls?.setOpenFiles(3) ?? 3;
  let sent;
  try {
    sent = program?.signal(0, "process");
  } finally {
    calls?.setOpenFiles(soft);
  }
  expect(sent).toEqual({ ok: true });
  expect(second.told).toEqual([]);
  expect((await second.keeper.snapshot()).processes).toMatchObject([{ pid: started.ok ? started.pid : 0 }]);
  await second.keeper.signal("a:a", 9, "process");
  expect(await second.exit("a:a")).toMatchObject({ unknown: true });
  second.keeper.close();
});

test("who was started with the last descriptor, so that nobody knows when, is known by his life FIFO", async () => {
  const first = openKeeper(folder);
  const started = await first.keeper.start(sh("a:a", "exec sleep 60"));
  const pid = started.ok ? started.pid : 0;
  first.keeper.close();
  rerecord(() => ({ startTime: "" }));
  const second = openKeeper(folder);
  expect((await second.keeper.snapshot()).processes).toMatchObject([{ key: "a:a", incarnation: 1, pid }]);
  second.keeper.close();
  // A stranger who has its number since does not hold that.
  rerecord(() => ({ startTime: "", pid: process.pid }));
  const third = openKeeper(folder);
  expect((await third.keeper.snapshot()).pending).toMatchObject([{ type: "exit", key: "a:a", unknown: true }]);
  third.keeper.close();
  sendSignal(pid, "SIGKILL");
});

test("FIFOs that an earlier version recorded by a way with links in it are those in our folder", async () => {
  fs.mkdirSync(join(folder, "there"));
  fs.symlinkSync("there", join(folder, "here"));
  const log = join(folder, "log");
  const first = openKeeper(join(folder, "here"));
  const request = sh("a:a", "read x; echo $x; exec sleep 60", { logs: { stdout: logTo(log), stderr: "stdout" } });
  expect((await first.keeper.start(request)).ok).toBe(true);
  first.keeper.close();
  const file = registryFile(join(folder, "there", "keeper"));
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replaceAll("/there/", "/here/"));
  const second = openKeeper(join(folder, "here"));
  expect(await second.keeper.writeStdin("a:a", new TextEncoder().encode("one\n"))).toBe("queued");
  await eventually(() => fs.readFileSync(log, "utf8") === "one\n");
  expect((await second.keeper.processes("all"))["a:a"]).toHaveLength(1);
  await second.keeper.signal("a:a", 9, "group");
  await second.exit("a:a");
  second.keeper.close();
});

test.each([
  ["kept by the next keeper", (world: string) => world, "kept"],
  ["kept if an earlier version left no word of its world", () => null, "kept"],
  ["kept if when process 1 was started was not to be seen", (world: string) => `${world.split(" ")[0]} `, "kept"],
  ["forgotten after a restart of the machine", (world: string) => `00000000-1 ${world.split(" ")[1]}`, undefined],
  ["forgotten after a restart of the container", (world: string) => `${world.split(" ")[0]} 1`, undefined],
])("what was recorded is %s", async (_, left, expected) => {
  const first = openKeeper(folder);
  await first.keeper.start(sh("a:a", "exit 0"));
  await first.exit("a:a");
  first.keeper.acknowledge(0, { word: "kept" });
  first.keeper.close();
  const file = join(folder, "keeper", "world");
  const before = left(fs.readFileSync(file, "utf8"));
  if (before === null) fs.rmSync(file);
  else fs.writeFileSync(file, before);
  const second = openKeeper(folder);
  const { saved, processes } = await second.keeper.snapshot();
  expect(saved["word"]).toBe(expected);
  expect(processes).toHaveLength(expected === undefined ? 0 : 1);
  second.keeper.close();
  expect(fs.readFileSync(file, "utf8")).toMatch(/^[-0-9a-f]{36} \d+$/);
});
