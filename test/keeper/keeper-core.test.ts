import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadSystemCalls } from "../../src/keeper/kernel/system-calls.ts";
import { eventually, logTo, makeFolder, openKeeper, sh, removeFolder, unread } from "./harness.ts";

const { keeper, folder, exit, told, until } = openKeeper();
afterAll(async () => {
  keeper.close();
  await removeFolder(folder);
});

test("every exit code is reported exactly", async () => {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  for (let at = 0; at < 256; at += 32) {
    const batch = codes.slice(at, at + 32);
    await Promise.all(batch.map((code) => keeper.start(sh(`code:${code}`, `exit ${code}`))));
    const exits = await Promise.all(batch.map((code) => exit(`code:${code}`)));
    expect(exits.map((event) => event.code)).toEqual(batch);
    expect(exits.every((event) => event.signal === null && !event.unknown)).toBe(true);
  }
});

test("every signal that kills is reported by name, real-time signals too", async () => {
  // Those that stop, continue or are ignored by default do not kill.
  const harmless = new Set([17, 18, 19, 20, 21, 22, 23, 28, 32, 33]);
  const signals = Array.from({ length: 64 }, (_, at) => at + 1).filter((signal) => !harmless.has(signal));
  await Promise.all(
    signals.map((signal) => keeper.start(sh(`signal:${signal}`, `ulimit -c 0; kill -${signal} $$; sleep 60`))),
  );
  const exits = await Promise.all(signals.map((signal) => exit(`signal:${signal}`)));
  const names = new Map(exits.map((event) => [event.key, event.signal]));
  expect(exits.filter((event) => event.code !== null || event.unknown || event.signal === null)).toEqual([]);
  expect(names.get("signal:9")).toBe("SIGKILL");
  expect(names.get("signal:11")).toBe("SIGSEGV");
  expect(names.get("signal:29")).toBe("SIGPOLL");
  expect(names.get("signal:34")).toBe("SIGRTMIN");
  expect(names.get("signal:40")).toBe("signal 40");
  expect(new Set(names.values()).size).toBe(signals.length);
});

test("last words are on disk before the exit is told", async () => {
  const log = join(folder, "last.log");
  const script = `head -c 65536 /dev/zero | tr '\\0' x; echo; echo the end; exit 7`;
  let size = -1;
  const detach = keeper.attach((event) => {
    if (event.type === "exit" && event.key === "last:words") size = fs.statSync(log).size;
  });
  await keeper.start(sh("last:words", script, { logs: { stdout: logTo(log), stderr: "stdout" } }));
  expect((await exit("last:words")).code).toBe(7);
  detach();
  expect(size).toBe(65536 + 1 + 8);
});

test("a program can write to /dev/stdout and /proc/self/fd/2", async () => {
  const log = join(folder, "dev.log");
  const script = "echo one > /dev/stdout; echo two >> /proc/self/fd/1; echo three > /dev/stderr";
  await keeper.start(sh("dev:stdout", script, { logs: { stdout: logTo(log), stderr: "stdout" } }));
  expect((await exit("dev:stdout")).code).toBe(0);
  expect(fs.readFileSync(log, "utf8")).toBe("one\ntwo\nthree\n");
});

test("a live key and a wrong number are refused; a repeated start has the same answer and starts nothing", async () => {
  const long = sh("twice:a", "echo started; sleep 60", {
    logs: { stdout: logTo(join(folder, "twice.log")), stderr: logTo(null) },
  });
  expect(await keeper.start({ ...long, incarnation: 2 })).toEqual({
    ok: false,
    stage: "refused",
    errno: "incarnation",
  });
  const [first, second] = await Promise.all([keeper.start(long), keeper.start(long)]);
  expect(first.ok).toBe(true);
  expect(second).toEqual(first);
  expect(await keeper.start(long)).toEqual(first);
  expect(await keeper.start({ ...long, incarnation: 2 })).toEqual({ ok: false, stage: "refused", errno: "alive" });
  expect(await keeper.signal("twice:a", 9, "group")).toEqual({ ok: true });
  expect((await exit("twice:a")).signal).toBe("SIGKILL");
  expect(await keeper.start(long)).toEqual({ ok: false, stage: "refused", errno: "incarnation" });
  expect(await keeper.signal("twice:a", 9, "process")).toEqual({ ok: false, errno: "ESRCH" });
  // Whoever was refused counts on, and is not refused for ever.
  expect((await keeper.start({ ...long, incarnation: 3, argv: ["sh", "-c", "exit 0"] })).ok).toBe(true);
  await until(() => told.filter((event) => event.type === "exit" && event.key === "twice:a").length === 2);
  await keeper.forget("twice:a");
  expect((await keeper.start({ ...long, argv: ["sh", "-c", "exit 0"] })).ok).toBe(true);
  await until(() => told.filter((event) => event.type === "exit" && event.key === "twice:a").length === 3);
});

test("stdin takes bytes, never ends, and says when it is full or closed", async () => {
  const log = join(folder, "stdin.log");
  await keeper.start(
    sh("stdin:a", 'read line; echo "got $line"; read line; echo "got $line"', {
      logs: { stdout: logTo(log), stderr: "stdout" },
    }),
  );
  expect(await keeper.writeStdin("stdin:a", new TextEncoder().encode("hello\nwor"))).toBe("queued");
  expect(await keeper.writeStdin("stdin:a", new TextEncoder().encode("ld\n"))).toBe("queued");
  expect((await exit("stdin:a")).code).toBe(0);
  expect(fs.readFileSync(log, "utf8")).toBe("got hello\ngot world\n");
  expect(await keeper.writeStdin("stdin:a", new Uint8Array(1))).toBe("closed");
  await keeper.start(sh("stdin:b", "sleep 60"));
  const answers = [];
  for (let at = 0; at < 4; at++) answers.push(await keeper.writeStdin("stdin:b", new Uint8Array(1024 * 1024)));
  expect(answers).toEqual(["queued", "queued", "full", "full"]);
  await keeper.signal("stdin:b", 9, "group");
  await exit("stdin:b");
});

test("a child left behind keeps writing to the log, is not told SIGPIPE, and can be signalled as a group", async () => {
  const log = join(folder, "orphan.log");
  const go = join(folder, "go");
  const script = `(while [ ! -e ${go} ]; do sleep 0.01; done; echo from the child; echo again; touch ${go}2) & echo leader; exit 3`;
  await keeper.start(sh("orphan:a", script, { logs: { stdout: logTo(log), stderr: "stdout" } }));
  expect((await exit("orphan:a")).code).toBe(3);
  const next = sh("orphan:a", "echo second", { incarnation: 2, logs: { stdout: logTo(log), stderr: "stdout" } });
  await keeper.start(next);
  await exit("orphan:a", 2);
  await keeper.follow("orphan:a", "stdout", true);
  fs.writeFileSync(go, "");
  await until(() => told.some((event) => event.type === "output" && event.key === "orphan:a"));
  const all = (): string => fs.readFileSync(log, "utf8");
  await eventually(() => all().endsWith("again\n"));
  expect(all()).toBe("leader\nsecond\nfrom the child\nagain\n");
  const lonely = sh("orphan:b", "sleep 61 & exit 0");
  await keeper.start(lonely);
  expect((await exit("orphan:b")).code).toBe(0);
  expect(await keeper.signal("orphan:b", 9, "process")).toEqual({ ok: false, errno: "ESRCH" });
  expect(await keeper.signal("orphan:b", 9, "group")).toEqual({ ok: true });
});

test("events are kept, in order, until they are acknowledged together with the saved entries", async () => {
  const before = await keeper.snapshot();
  keeper.acknowledge(before.pending.at(-1)?.seq ?? 0, { a: "1", b: "2" });
  await keeper.start(
    sh("kept:a", "printf 'x<!--XSUPERVISOR:BEGIN-->hello<!--XSUPERVISOR:END-->y'", {
      logs: { stdout: logTo(null, { captureMaxbytes: 100, events: true }), stderr: logTo(null) },
    }),
  );
  await exit("kept:a");
  const { pending, saved } = await keeper.snapshot();
  expect(saved).toEqual({ a: "1", b: "2" });
  const texts = pending.map((event) =>
    event.type === "exit" ? "exit" : `${event.type} ${Buffer.from(event.data, "base64")}`,
  );
  expect(texts).toEqual(["log x", "capture hello", "log y", "exit"]);
  keeper.acknowledge(pending[1]?.seq ?? 0, { a: null });
  const after = await keeper.snapshot();
  expect(after.pending).toEqual(pending.slice(2));
  expect(after.saved).toEqual({ b: "2" });
});

test("300 programs started at once all end well and leave no descriptor, FIFO or process behind", async () => {
  const own = openKeeper(makeFolder());
  const fds = (): number => fs.readdirSync("/proc/self/fd").length;
  await own.keeper.start(sh("warm:up", "exit 0"));
  await own.exit("warm:up");
  await unread(own);
  const before = fds();
  const log = join(own.folder, "all.log");
  const keys = Array.from({ length: 300 }, (_, at) => `many:${at}`);
  const logs = { stdout: logTo(log), stderr: "stdout" } as const;
  const started = await Promise.all(keys.map((key) => own.keeper.start(sh(key, `echo ${key}; exit 5`, { logs }))));
  expect(started.every((result) => result.ok)).toBe(true);
  const exits = await Promise.all(keys.map((key) => own.exit(key)));
  expect(exits.every((event) => event.code === 5)).toBe(true);
  const lines = fs.readFileSync(log, "utf8").trimEnd().split("\n");
  expect(lines.toSorted()).toEqual(keys.toSorted());
  await unread(own);
  await expect.poll(fds, { timeout: 30_000 }).toBeLessThanOrEqual(before);
  own.keeper.close();
  await eventually(() => fs.readdirSync(join(own.folder, "keeper", "fifo")).length === 0);
  await removeFolder(own.folder);
});

test.skipIf(loadSystemCalls() === null)(
  "that a signal has left a core dump is told as the kernel tells any parent",
  async () => {
    const script = "ulimit -c unlimited 2>/dev/null; kill -SEGV $$";
    const ask = ["-e", `system("sh", "-c", $ARGV[0]); print $? & 128 ? "dumped" : "not"`, script];
    const truth = execFileSync("perl", ask, { cwd: folder, encoding: "utf8" });
    await keeper.start(sh("core:a", script, { directory: folder }));
    expect((await exit("core:a")).coreDumped).toBe(truth === "dumped" ? true : undefined);
    await keeper.start(sh("core:b", "kill -TERM $$", { directory: folder }));
    expect(await exit("core:b")).not.toHaveProperty("coreDumped");
  },
);
