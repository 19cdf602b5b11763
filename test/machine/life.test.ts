import { expect, test } from "vitest";
import { awaitsRestart, historyOf, initialLife, pidOf, type Life } from "../../src/machine/life.ts";
import { lives, type LifeName } from "./matrix-cases.ts";

const all = Object.entries(lives) as [LifeName, Life][];

test("a process that was never started is STOPPED and has nothing to wait for", () => {
  expect(initialLife()).toMatchObject({ state: "STOPPED", reason: null, deadline: null, incarnation: 0, backoff: 0 });
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
