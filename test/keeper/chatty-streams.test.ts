import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ChatDetector } from "../../src/keeper/output/chatty-streams.ts";
import { OutputStream } from "../../src/keeper/output/output-stream.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

test("many short reads soon after one another are chatter; long ones and pauses are not", () => {
  const after = (reads: readonly (readonly [length: number, at: number])[]): boolean[] => {
    const detector = new ChatDetector();
    return reads.map(([length, at]) => detector.read(length, at));
  };
  const steady = (count: number, length: number, every: number) =>
    Array.from({ length: count }, (_, index) => [length, index * every] as const);
  expect(after(steady(10, 80, 10))).toEqual(Array(10).fill(false));
  expect(after(steady(11, 80, 10)).at(-1)).toBe(true);
  expect(after(steady(50, 80, 21))).toEqual(Array(50).fill(false));
  expect(after(steady(50, 5000, 1))).toEqual(Array(50).fill(false));
  expect(after([...steady(10, 80, 10), [65536, 100], [80, 110]])).toEqual(Array(12).fill(false));
});

test("of programs that chatter every line is logged, in order, before their exit is told", async () => {
  const own = openKeeper(makeFolder());
  const script = `exec perl -e '$| = 1; for (1..400) { print "$_\\n"; select(undef, undef, undef, 0.005) } print STDERR "end\\n"'`;
  const keys = Array.from({ length: 5 }, (_, at) => `chat:${at}`);
  const all = `${Array.from({ length: 400 }, (_, at) => at + 1).join("\n")}\n`;
  const start = (key: string) => {
    const logs = { stdout: logTo(join(own.folder, `${key}.out`)), stderr: logTo(join(own.folder, `${key}.err`)) };
    return own.keeper.start(sh(key, script, { logs }));
  };
  expect((await Promise.all(keys.map(start))).every((result) => result.ok)).toBe(true);
  for (const key of keys) {
    await own.exit(key);
    expect(fs.readFileSync(join(own.folder, `${key}.out`), "utf8")).toBe(all);
    expect(fs.readFileSync(join(own.folder, `${key}.err`), "utf8")).toBe("end\n");
  }
  own.keeper.close();
  await removeFolder(own.folder);
});

test("one that has to wait for its log is not looked at meanwhile, and goes on afterwards", async () => {
  const folder = makeFolder();
  const fifo = join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  let takes = 0;
  const take = (): void => {
    takes++;
    if (takes === 60) stream.pause();
  };
  const stream = new OutputStream(fifo, { take, mayWait: () => true, ended: () => undefined });
  const line = "print qq(x\\n); select undef, undef, undef, 0.005";
  const end = fs.openSync(fifo, "w");
  const chat = spawn("perl", ["-e", `$| = 1; for (;;) { ${line} }`], { stdio: ["ignore", end, "ignore"] });
  fs.closeSync(end);
  await eventually(() => takes >= 60);
  const timers = vi.spyOn(globalThis, "setTimeout");
  try {
    // Three of ours after one another are longer than any that was under way, and would see another begin.
    for (let at = 0; at < 3; at++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(timers.mock.calls.filter(([, milliseconds]) => milliseconds === 25)).toEqual([]);
  } finally {
    timers.mockRestore();
  }
  expect(takes).toBe(60);
  stream.resume();
  await eventually(() => takes > 80);
  chat.kill("SIGKILL");
  stream.close();
  await removeFolder(folder);
});
