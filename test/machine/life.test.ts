import { expect, test } from "vitest";
import { awaitsRestart, historyOf, initialLife, pidOf, shiftLife, type Life } from "../../src/machine/life.ts";
import { step } from "../../src/machine/lifecycle.ts";
import { lives, NOW, type LifeName } from "./matrix-cases.ts";
import { policy } from "./support.ts";

const all = Object.entries(lives) as [LifeName, Life][];

test("a process that was never started is STOPPED and has nothing to wait for", () => {
  expect(initialLife()).toMatchObject({ state: "STOPPED", reason: null, deadline: null, incarnation: 0, backoff: 0 });
});

test.each(all)("a shift moves every time of %s, and nothing else", (_, life) => {
  const shifted = shiftLife(life, -40_000);
  const times = ["deadline", "killBy", "lastStartedAt", "lastStoppedAt"];
  expect(Object.keys(shifted).sort()).toEqual(Object.keys(life).sort());
  for (const [key, value] of Object.entries(life)) {
    const moved = times.includes(key) && typeof value === "number" ? value - 40_000 : value;
    expect([key, shifted[key as keyof Life]]).toEqual([key, moved]);
  }
  expect(shiftLife(shifted, 40_000)).toEqual(life);
});

test("a shifted life goes on as if nothing had happened", () => {
  const before = step(policy, lives.starting, { type: "timer" }, { now: NOW + 500, accepting: true });
  const after = step(policy, shiftLife(lives.starting, 7), { type: "timer" }, { now: NOW + 507, accepting: true });
  expect(after.effects).toEqual(before.effects);
  expect(after.life).toEqual(shiftLife(before.life, 7));
});

test.each(all)("%s comes back whole from JSON", (_, life) => {
  expect(JSON.parse(JSON.stringify(life))).toEqual(life);
});

test("there is a pid wherever something lives, and nowhere else", () => {
  const living = all.filter(([, life]) => pidOf(life) === 7).map(([, life]) => life.state);
  expect(new Set(living)).toEqual(new Set(["STARTING", "RUNNING", "STOPPING", "UNKNOWN"]));
  for (const [, life] of all) expect(pidOf(life)).toBe("pid" in life && life.pid !== null ? 7 : 0);
});

test("only an EXITED process with a deadline awaits its restart", () => {
  expect(all.filter(([, life]) => awaitsRestart(life)).map(([name]) => name)).toEqual(["restarting"]);
});

test("the history is what all states share", () => {
  expect(Object.keys(historyOf(lives.stopping)).sort()).toEqual(
    Object.keys(lives.stopping)
      .filter((key) => !["state", "pid", "reason", "killed", "deadline"].includes(key))
      .sort(),
  );
});
