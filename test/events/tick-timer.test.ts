import { describe, expect, test } from "vitest";
import { TickTimer } from "../../src/events/tick-timer.ts";

/** Time that passes only when told; the wall clock can be set. */
function virtualTime(wall: number) {
  let now = 1_000;
  let offset = wall - now;
  let armed: { readonly deadline: number; readonly action: () => void } | null = null;
  return {
    wall: () => now + offset,
    monotonic: () => now,
    at(deadline: number, action: () => void) {
      const mine = { deadline, action };
      armed = mine;
      return () => {
        if (armed === mine) armed = null;
      };
    },
    pass(milliseconds: number) {
      const end = now + milliseconds;
      while (armed !== null && armed.deadline <= end) {
        const { deadline, action } = armed;
        now = deadline;
        armed = null;
        action();
      }
      now = end;
    },
    setWall: (value: number) => void (offset = value - now),
    isArmed: () => armed !== null,
  };
}

function ticking(wall: number) {
  const time = virtualTime(wall);
  const ticks: string[] = [];
  const timer = new TickTimer(time, (period, when) => ticks.push(`${period}@${when}`));
  return { time, ticks, timer };
}

describe("ticks", () => {
  test("come at multiples of their period, the shorter first when they coincide", () => {
    const { time, ticks, timer } = ticking(1_700_000_031_500);
    timer.want([60, 5]);
    time.pass(9_000);
    expect(ticks).toEqual(["5@1700000035", "5@1700000040", "60@1700000040"]);
  });

  test("cost nothing while nobody wants them", () => {
    const { time, ticks, timer } = ticking(1_700_000_031_500);
    expect(time.isArmed()).toBe(false);
    timer.want([5]);
    expect(time.isArmed()).toBe(true);
    timer.want([]);
    expect(time.isArmed()).toBe(false);
    time.pass(60_000);
    expect(ticks).toEqual([]);
  });

  test("go on undisturbed when another period is wanted as well", () => {
    const { time, ticks, timer } = ticking(1_700_000_031_000);
    timer.want([5]);
    time.pass(2_000);
    timer.want([5, 60]);
    time.pass(7_000);
    expect(ticks).toEqual(["5@1700000035", "5@1700000040", "60@1700000040"]);
  });

  test("that a clock set forward has skipped are not made up for", () => {
    const { time, ticks, timer } = ticking(1_700_000_030_000);
    timer.want([5]);
    time.pass(5_000);
    time.setWall(1_700_000_101_000);
    time.pass(5_000);
    expect(ticks).toEqual(["5@1700000035", "5@1700000105"]);
  });

  test("come once for a clock that was set back, and then with the new time", () => {
    const { time, ticks, timer } = ticking(1_700_000_030_000);
    timer.want([5]);
    time.pass(5_000);
    time.setWall(1_700_000_002_000);
    time.pass(8_000);
    expect(ticks).toEqual(["5@1700000035", "5@1700000005", "5@1700000010"]);
  });

  test("of long periods come within a minute after the clock was set", () => {
    const { time, ticks, timer } = ticking(1_700_000_030_000);
    timer.want([3600]);
    time.pass(10_000);
    time.setWall(1_700_020_000_000);
    time.pass(60_000);
    expect(ticks).toEqual(["3600@1700017200"]);
  });

  test("may be ended by whoever is told of one", () => {
    const time = virtualTime(1_700_000_030_000);
    let count = 0;
    const timer: TickTimer = new TickTimer(time, () => {
      count++;
      timer.want([]);
    });
    timer.want([5]);
    time.pass(60_000);
    expect(count).toBe(1);
    expect(time.isArmed()).toBe(false);
  });
});
