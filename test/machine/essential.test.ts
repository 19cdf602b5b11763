import { describe, expect, test } from "vitest";
import { statusOfEnd, statusOfShutdown } from "../../src/machine/essential.ts";
import { initialLife, type Exit, type Life } from "../../src/machine/life.ts";

const { state: _, reason: __, deadline: ___, ...history } = initialLife();
const code = (number: number): Exit => ({ code: number, signal: null, unknown: false });
const signal = (name: string): Exit => ({ code: null, signal: name, unknown: false });
const exited = (lastExit: Exit, deadline: number | null = null): Life => ({
  ...history,
  state: "EXITED",
  expected: false,
  deadline,
  lastExit,
});
const fatal = (lastExit: Exit | null, cause: "gave-up" | "shutdown" = "gave-up"): Life => ({
  ...history,
  state: "FATAL",
  tries: 4,
  cause,
  deadline: null,
  lastExit,
});
const stopped = (reason: "operator" | "shutdown" | null, lastExit: Exit | null): Life => ({
  ...history,
  state: "STOPPED",
  reason,
  deadline: null,
  lastExit,
});

describe("the status that an essential program leaves behind", () => {
  test.each<[string, Life, number | null, number | null]>([
    ["its code", exited(code(7)), 7, 7],
    ["success", exited(code(0)), 0, 0],
    ["128 and the signal", exited(signal("SIGKILL")), 137, 137],
    ["a signal by Node's name for it", exited(signal("SIGIO")), 157, 157],
    ["a real-time signal", exited(signal("signal 40")), 168, 168],
    ["a status that nobody knows, which is no success", exited({ code: null, signal: null, unknown: true }), 1, 1],
    ["it is to be started again", exited(code(7), 5000), null, null],
    ["it gave up after a code", fatal(code(3)), 3, 3],
    ["it gave up although it ended with 0: too early", fatal(code(0)), 1, 1],
    ["it could never be started", fatal(null), 1, 1],
    ["it waited to retry when the end came", fatal(code(3), "shutdown"), null, 1],
    ["an operator stopped it", stopped("operator", signal("SIGTERM")), null, null],
    ["the end stopped it", stopped("shutdown", signal("SIGTERM")), null, 143],
    ["the end stopped it, and it ended with 0", stopped("shutdown", code(0)), null, 0],
    ["it was never started", stopped(null, null), null, null],
  ])("%s", (_, life, ofEnd, ofShutdown) => {
    expect(statusOfEnd(life)).toBe(ofEnd);
    expect(statusOfShutdown(life)).toBe(ofShutdown);
  });
});
