import { expect, test } from "vitest";
import { SharedWakes } from "../../src/clock/shared-wakes.ts";

/** Timers whose time is told. */
function timers() {
  const set = new Map<object, { deadline: number; action: () => void }>();
  return {
    at: (deadline: number, action: () => void) => {
      const id = {};
      set.set(id, { deadline, action });
      return () => void set.delete(id);
    },
    deadlines: () => [...set.values()].map(({ deadline }) => deadline).sort((a, b) => a - b),
    reach: (now: number) => {
      for (const [id, { deadline, action }] of Array.from(set)) {
        if (deadline > now) continue;
        set.delete(id);
        action();
      }
    },
  };
}

test("what is due within one grain has one timer, which is never early", () => {
  const own = timers();
  const wakes = new SharedWakes(own.at, 100);
  const ran: number[] = [];
  for (const deadline of [1000, 1001, 1099.5, 1100, 1101]) wakes.at(deadline, () => ran.push(deadline));
  expect(own.deadlines()).toEqual([1000, 1100, 1200]);
  own.reach(1099);
  expect(ran).toEqual([1000]);
  own.reach(1100);
  expect(ran).toEqual([1000, 1001, 1099.5, 1100]);
  own.reach(1200);
  expect(ran).toEqual([1000, 1001, 1099.5, 1100, 1101]);
  expect(own.deadlines()).toEqual([]);
});

test("what is called off does not run, and the last of a wake takes its timer along", () => {
  const own = timers();
  const wakes = new SharedWakes(own.at, 100);
  const ran: string[] = [];
  const first = wakes.at(50, () => ran.push("first"));
  const second = wakes.at(60, () => ran.push("second"));
  first();
  first();
  expect(own.deadlines()).toEqual([100]);
  second();
  expect(own.deadlines()).toEqual([]);
  wakes.at(70, () => ran.push("third"));
  second();
  own.reach(100);
  expect(ran).toEqual(["third"]);
});

test("an action may call off one that comes after it, and ask anew", () => {
  const own = timers();
  const wakes = new SharedWakes(own.at, 100);
  const ran: string[] = [];
  let callOff = (): void => {};
  wakes.at(10, () => {
    ran.push("a");
    callOff();
    wakes.at(90, () => ran.push("again"));
  });
  callOff = wakes.at(10, () => ran.push("b"));
  wakes.at(10, () => ran.push("c"));
  own.reach(100);
  expect(ran).toEqual(["a", "c"]);
  own.reach(100);
  expect(ran).toEqual(["a", "c", "again"]);
});
