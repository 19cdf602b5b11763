import { describe, expect, test } from "vitest";
import type { Life } from "../../src/machine/life.ts";
import { describeProcess, uptimeText } from "../../src/machine/process-info.ts";
import { lives } from "./matrix-cases.ts";

const facts = { now: 1000, start: 659, stopText: "Nov 20 05:01 PM" };
const text = (life: Life, changes: Partial<typeof facts> = {}): string =>
  describeProcess({ name: "web" }, life, { ...facts, ...changes });

test.each([
  [0, "0:00:00"],
  [59, "0:00:59"],
  [341, "0:05:41"],
  [46_929, "13:02:09"],
  [86_399, "23:59:59"],
  [86_400, "1 day, 0:00:00"],
  [86_400 * 2 - 1, "1 day, 23:59:59"],
  [86_400 * 12 + 3 * 3600 + 4 * 60 + 5, "12 days, 3:04:05"],
  [-5, "0:00:00"],
  [1.9, "0:00:01"],
])("an uptime of %d seconds reads %s", (seconds, uptime) => {
  expect(uptimeText(seconds)).toBe(uptime);
});

describe("the description of a process", () => {
  test("that runs has its pid and its uptime", () => {
    expect(text(lives.running)).toBe("pid 7, uptime 0:05:41");
    expect(text(lives.running, { start: 2000 })).toBe("pid 7, uptime 0:00:00");
  });

  test("that cannot be started is the reason, or a hint where to look", () => {
    for (const life of [lives.backoff, lives.fatal]) {
      expect(text({ ...life, spawnerr: "command is empty" })).toBe("command is empty");
      expect(text(life)).toBe('unknown error (try "tail web")');
    }
  });

  test("that is down is the time of its end", () => {
    for (const life of [lives.stopped, lives.exited, lives.restarting]) {
      expect(text(life)).toBe("Nov 20 05:01 PM");
      expect(text(life, { start: 0 })).toBe("Not started");
    }
  });

  test("in between is empty", () => {
    for (const life of [lives.launching, lives.starting, lives.stopping, lives.unknown]) expect(text(life)).toBe("");
  });
});
