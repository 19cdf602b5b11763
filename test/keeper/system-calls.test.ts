import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { loadSystemCalls, type SystemCalls } from "../../src/keeper/kernel/system-calls.ts";
import { sendSignal } from "../support/send-signal.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "sup-calls-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
let calls: SystemCalls;
beforeAll(() => {
  const loaded = loadSystemCalls();
  if (loaded === null) throw new Error("koffi, an optional dependency, is not installed: npm ci installs it");
  calls = loaded;
});

/** Runs a shell script and waits until it has ended; what it wrote, and how it ended. */
async function run(
  script: string,
  more: { directory?: string; environment?: Record<string, string>; signal?: NodeJS.Signals } = {},
) {
  const out = join(folder, `out-${Math.random()}`);
  const fd = fs.openSync(out, "w");
  const pid = calls.spawn({
    file: "/bin/sh",
    args: ["my-name", "-c", script],
    environment: more.environment ?? {},
    directory: more.directory ?? null,
    descriptors: [
      [fd, 1],
      [fd, 2],
      [fd, 120],
    ],
  });
  fs.closeSync(fd);
  if (typeof pid === "string") throw new Error(pid);
  if (more.signal !== undefined) sendSignal(pid, more.signal);
  const death = await vi.waitFor(
    () => {
      const dead = calls.peek();
      if (dead?.pid !== pid) throw new Error("not yet");
      return dead;
    },
    { timeout: 60_000, interval: 5 },
  );
  expect(calls.reap(pid)).toBe(true);
  expect(calls.reap(pid)).toBe(false);
  return { said: fs.readFileSync(out, "utf8"), how: death.how, status: death.status, pid };
}

test("a program has its arguments, its environment and nothing else of ours, in its folder", async () => {
  const environment = { A: "é", "b.c": "x=y" };
  const ours = fs.openSync("/dev/null", "r");
  const script = 'echo "$0"; pwd; tr "\\0" "\\n" < /proc/$$/environ; ls /proc/$$/fd; exit 7';
  const { said, how, status } = await run(script, { directory: folder, environment });
  fs.closeSync(ours);
  const lines = said.trimEnd().split("\n");
  expect(lines.slice(0, 4)).toEqual(["my-name", fs.realpathSync(folder), "A=é", "b.c=x=y"]);
  expect(lines.slice(4)).toEqual(expect.arrayContaining(["1", "2", "120"]));
  expect(lines.slice(4)).not.toContain(String(ours));
  expect({ how, status }).toEqual({ how: "exited", status: 7 });
});

test("it leads a session, and no signal is blocked or ignored", async () => {
  const ignored = (): void => {};
  process.on("SIGUSR2", ignored);
  const { said, pid } = await run("cut -d' ' -f5,6 /proc/$$/stat; grep -E '^Sig(Blk|Ign)' /proc/self/status");
  process.off("SIGUSR2", ignored);
  expect(said).toBe(`${pid} ${pid}\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n`);
});

test.each([
  ["SIGKILL", 9],
  ["SIGTERM", 15],
] as const)("a death by %s is told by number", async (signal, number) => {
  expect(await run("exec sleep 1000", { signal })).toMatchObject({ how: "killed", status: number });
});

test("what cannot be executed is told by the name of the error, and makes no process", () => {
  const spawnOf = (file: string, directory: string | null = null) =>
    calls.spawn({ file, args: [file], environment: {}, directory, descriptors: [] });
  fs.writeFileSync(join(folder, "garbage"), "\x01\x02", { mode: 0o755 });
  expect(spawnOf(join(folder, "missing"))).toBe("ENOENT");
  expect(spawnOf("/etc/passwd")).toBe("EACCES");
  expect(spawnOf(join(folder, "garbage"))).toBe("ENOEXEC");
  expect(spawnOf("/bin/true", join(folder, "nowhere"))).toBe("ENOENT");
  expect(calls.peek()).toBeNull();
});

test("children of Node are Node's to reap", async () => {
  const child = spawn("sh", ["-c", "exit 3"]);
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(3);
});

test("fifos are made with their mode, and an existing name is an error", () => {
  const path = join(folder, "fifo");
  expect(calls.makeFifo(path, 0o600)).toBeNull();
  expect(fs.statSync(path).isFIFO()).toBe(true);
  expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  expect(calls.makeFifo(path, 0o600)).toBe("EEXIST");
  expect(calls.makeFifo(join(folder, "no/where"), 0o600)).toBe("ENOENT");
});

test("of a fifo it is told whether somebody reads it, of a process or a group whether there is one", () => {
  const path = join(folder, "read");
  expect(calls.makeFifo(path, 0o600)).toBeNull();
  expect(calls.hasReader(path)).toBe(false);
  const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const open = fs.readdirSync("/proc/self/fd").length;
  expect(calls.hasReader(path)).toBe(true);
  expect(fs.readdirSync("/proc/self/fd").length).toBe(open);
  fs.closeSync(reader);
  expect(calls.hasReader(path)).toBe(false);
  expect(calls.hasReader(join(folder, "no/where")), "cannot be found out").toBe(true);
  expect(calls.exists(process.pid)).toBe(true);
  // Process numbers end at 2^22.
  expect([calls.exists(2 ** 23), calls.exists(-(2 ** 23))]).toEqual([false, false]);
});

test("room for descriptors is made once, for as many as there may be, and none is left open", () => {
  const room = (): number => Number(/^FDSize:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1]);
  const open = fs.readdirSync("/proc/self/fd").length;
  const first = room();
  calls.reserveDescriptors(2 * first);
  const after = room();
  expect(after).toBeGreaterThanOrEqual(2 * first);
  calls.reserveDescriptors(after);
  expect(room()).toBe(after);
  const limit = calls.setOpenFiles(after + 1) ?? 0;
  calls.reserveDescriptors(16 * after);
  calls.setOpenFiles(limit);
  expect(room()).toBeGreaterThan(after);
  expect(room()).toBeLessThan(16 * after);
  expect(fs.readdirSync("/proc/self/fd").length).toBe(open);
});

test("the soft limit of open files is lent to a program", async () => {
  const before = calls.setOpenFiles(500);
  const { said } = await run("ulimit -Sn");
  expect(calls.setOpenFiles(before ?? 0)).toBe(500);
  expect(said).toBe("500\n");
});
