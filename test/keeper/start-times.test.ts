import { expect, test } from "vitest";
import { readStat } from "../../src/keeper/kernel/proc.ts";
import { StartTimes } from "../../src/keeper/kernel/start-times.ts";
import { loadSystemCalls } from "../../src/keeper/kernel/system-calls.ts";
import { sendSignal } from "../support/send-signal.ts";
import { eventually } from "./harness.ts";

/** Start times by a clock that says these, and by a /proc that says `known`; what was read of it. */
function startTimes(clock: readonly (number | null)[], known: Record<number, string>) {
  const ticks = [...clock];
  const read: number[] = [];
  const times = new StartTimes({ ticksSinceBoot: () => ticks.shift() ?? null }, (pid) => {
    read.push(pid);
    return known[pid] ?? "";
  });
  return { start: (pid: number) => times.before()(pid), read };
}

test("the clock is believed once /proc has said the same, where a process was made within one tick", () => {
  const { start, read } = startTimes([5, 5, 7, 7, 8, 9, 9, 9], { 1: "5", 3: "9" });
  expect([start(1), start(2), start(3), start(4)]).toEqual(["5", "7", "9", "9"]);
  // The third was made while the clock went on.
  expect(read).toEqual([1, 3]);
});

test("a clock that counts otherwise is not believed, one that cannot be read is not asked again and again", () => {
  const other = startTimes([5, 5, 6, 6], { 1: "105", 2: "106" });
  expect([other.start(1), other.start(2)]).toEqual(["105", "106"]);
  const none = startTimes([], { 1: "5" });
  expect([none.start(1), none.start(2)]).toEqual(["5", ""]);
});

test("of real processes it is what /proc says", async () => {
  const calls = loadSystemCalls();
  if (calls === null) throw new Error("koffi, an optional dependency, is not installed: npm ci installs it");
  const times = new StartTimes(calls);
  for (let count = 0; count < 100; count++) {
    const after = times.before();
    const pid = calls.spawn({
      file: "/bin/sleep",
      args: ["sleep", "60"],
      environment: {},
      directory: null,
      descriptors: [],
    });
    if (typeof pid === "string") throw new Error(pid);
    expect(after(pid)).toBe(readStat(pid)?.startTime);
    sendSignal(pid, "SIGKILL");
    await eventually(() => calls.reap(pid));
  }
});
