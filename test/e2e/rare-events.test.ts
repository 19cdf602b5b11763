import { appendFileSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, listenerCommand, noted, untilNoted } from "../support/event-records.ts";
import { FailingCalls } from "../support/failing-calls.ts";
import { sendSignal } from "../support/send-signal.ts";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// What hardly ever happens, or only once an hour: the clock is set, the kernel refuses to signal or to watch. Both daemons.

const EAR = `[eventlistener:ear]\ncommand=${listenerCommand("@/ear.rec")}\nevents=TICK,PROCESS_STATE_UNKNOWN\nbuffer_size=1000\n`;
const sleepers = (...names: readonly string[]): string =>
  names.map((name) => `[program:${name}]\ncommand=sleep 1000\nautorestart=false\n`).join("");

const pair = makePair();
const failing = pair.map((side) => new FailingCalls(side));
/** Of all that was ever started. */
const pids: number[] = [];
/** What was printed: by the removal of a group, and by the change of one. */
const updates: (readonly [string, string])[] = [];

beforeAll(async () => {
  const both = await onBoth(pair, async (side) => {
    const calls = failing[pair.indexOf(side)]!;
    side.configure(EAR + sleepers("signalled", "removed", "changed"));
    await side.start([], { env: calls.environment });
    for (const name of ["ear", "signalled", "removed", "changed"]) await side.until(`success: ${name} entered RUNNING`);
    pids.push(...pidsOf(side));
    await untilNoted(side, "ear.rec", /TICK_5/);
    calls.shiftClock(3600);
    await eventually(() => count(side, "TICK_3600") > 0);
    const before = count(side, "TICK_3600");
    calls.shiftClock(-7200);
    await eventually(() => count(side, "TICK_3600") > before);
    calls.fail("kill", "EPERM");
    await call(side, "signalProcess", "signalled", "HUP").catch(() => "");
    await untilNoted(side, "ear.rec", /UNKNOWN .*\nprocessname:signalled/);
    side.configure(`${EAR + sleepers("signalled", "changed")}startsecs=2\n`);
    const update = [side.ctl("update", "removed"), side.ctl("update", "changed")] as const;
    await untilNoted(side, "ear.rec", /UNKNOWN .*\nprocessname:removed/);
    calls.heal("kill");
    return update;
  });
  updates.push(...both);
});

afterAll(async () => {
  for (const side of pair) {
    const daemon = side.pid;
    pids.push(...pidsOf(side));
    await side.stop();
    expect(lives(daemon)).toBe(false);
  }
  // What could not be signalled is left behind.
  for (const pid of pids) if (isSleeper(pid)) sendSignal(pid, "SIGKILL");
  await closePair(pair);
});

function pidsOf(side: Side): number[] {
  return ["signalled", "removed", "changed", "ear"].map((name) => Number(side.ctl("pid", name)) || 0);
}

/** The number may be somebody else's by now. */
function isSleeper(pid: number): boolean {
  return pid > 1 && lives(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8") === "sleep\x001000\0";
}

function count(side: Side, name: string): number {
  return noted(side, "ear.rec").filter((event) => event.name === name).length;
}

test("ticks of a minute and an hour are told when the clock says so, forward and back, at multiples of their period", () => {
  for (const side of pair) {
    for (const [name, period] of [
      ["TICK_5", 5],
      ["TICK_60", 60],
      ["TICK_3600", 3600],
    ] as const) {
      const ticks = noted(side, "ear.rec").filter((event) => event.name === name);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      for (const { payload } of ticks) {
        expect(payload).toMatch(/^when:\d+$/);
        expect(Number(payload.slice("when:".length)) % period).toBe(0);
      }
    }
    const hours = noted(side, "ear.rec").filter((event) => event.name === "TICK_3600");
    const times = hours.map(({ payload }) => Number(payload.slice("when:".length)));
    expect((times[0] ?? 0) - (times.at(-1) ?? 0)).toBeGreaterThanOrEqual(3600);
    // All at once, the shorter period first.
    const names = noted(side, "ear.rec").map((event) => event.name);
    expect(names.slice(names.indexOf("TICK_3600") - 2, names.indexOf("TICK_3600") + 1)).toEqual([
      "TICK_5",
      "TICK_60",
      "TICK_3600",
    ]);
  }
});

test("a process that cannot be signalled is UNKNOWN, with the state that it had", () => {
  const told = (side: Side): string[] =>
    noted(side, "ear.rec")
      .filter((event) => event.name === "PROCESS_STATE_UNKNOWN")
      .map(({ payload }) => payload);
  const [ours, real] = pair;
  expect(told(ours)).toEqual(told(real));
  expect(told(ours)[0]).toBe("processname:signalled groupname:signalled from_state:RUNNING");
});

test("a group that cannot be stopped is not removed by an update", () => {
  const [[removed, changed] = ["", ""], [theirs, changedThere] = ["", ""]] = updates;
  expect(removed).toBe(theirs);
  expect(removed).toContain("removed: has problems; not removing\n");
  // Supervisor forgets the process that it could not stop, and starts a second one beside it.
  expect(changedThere).toContain("changed: updated process group\n");
  expect(changed).toContain("STILL_RUNNING: changed");
});

test("a log is followed where the system has no watches left", async () => {
  for (const [index, side] of pair.entries()) {
    failing[index]!.fail("watch", "ENOSPC");
    const asked = request({ socketPath: side.path("s.sock"), path: "/mainlogtail" });
    let text = "";
    asked.on("response", (answer) => answer.on("data", (chunk: Buffer) => (text += chunk.toString())));
    asked.on("error", () => {});
    asked.end();
    await eventually(() => text !== "");
    appendFileSync(side.path("main.log"), "a line that nobody told of\n");
    await eventually(() => text.includes("a line that nobody told of\n"));
    asked.destroy();
    failing[index]!.heal("watch");
  }
});
