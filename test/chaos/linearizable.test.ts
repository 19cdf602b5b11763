import { describe, expect, test } from "vitest";
import { firstViolation, type Operation } from "./linearizable.ts";
import { answerSteps, ownSteps } from "./process-model.ts";

const none = (): readonly string[] => [];
const read = (value: string) => [{ kind: "look" as const, holds: (state: string) => state === value }];
const write = (value: string) => [{ kind: "change" as const, to: () => [value] }];
const op = (label: string, began: number, ended: number, steps: Operation["steps"]): Operation => ({
  label,
  began,
  ended,
  steps,
});

describe("a register", () => {
  test("that two wrote at once may hold either, but not both in turn", () => {
    const writes = [op("write 1", 1, 4, write("1")), op("write 2", 2, 5, write("2"))];
    expect(firstViolation("0", none, [...writes, op("read 1", 6, 7, read("1"))])).toBeNull();
    expect(firstViolation("0", none, [...writes, op("read 2", 6, 7, read("2"))])).toBeNull();
    const both = [...writes, op("read 1", 6, 7, read("1")), op("read 2", 8, 9, read("2"))];
    expect(firstViolation("0", none, both)?.operation.label).toBe("read 2");
  });

  test("does not forget what was written, nor know it before", () => {
    const written = op("write 1", 3, 4, write("1"));
    expect(firstViolation("0", none, [written, op("read 0", 5, 6, read("0"))])?.operation.label).toBe("read 0");
    expect(firstViolation("0", none, [op("read 1", 1, 2, read("1")), written])?.operation.label).toBe("read 1");
    // During the write both are possible, but not the old value after the new one.
    expect(firstViolation("0", none, [op("write 1", 1, 9, write("1")), op("read 0", 2, 3, read("0"))])).toBeNull();
    const back = [op("write 1", 1, 9, write("1")), op("read 1", 2, 3, read("1")), op("read 0", 4, 5, read("0"))];
    expect(firstViolation("0", none, back)?.operation.label).toBe("read 0");
  });
});

describe("a process", () => {
  const history = (...calls: [string, string, number, number][]) =>
    firstViolation(
      "STOPPED",
      (state) => ownSteps(state, "steady"),
      calls.map(([method, answer, began, ended]) =>
        op(`${method} -> ${answer}`, began, ended, answerSteps(method, answer)),
      ),
    )?.operation.label ?? null;

  test("is started by one of two that try", () => {
    expect(history(["start", "true", 1, 4], ["start", "ALREADY_STARTED", 2, 3])).toBeNull();
    expect(history(["start", "true", 1, 4], ["start", "true", 2, 3])).toBe("start -> true");
    expect(history(["start", "ALREADY_STARTED", 1, 2])).toBe("start -> ALREADY_STARTED");
  });

  test("that was stopped does not run, unless somebody starts it", () => {
    const upAndDown = [
      ["start", "true", 1, 2],
      ["stop", "true", 3, 4],
    ] as [string, string, number, number][];
    expect(history(...upAndDown, ["info", "STOPPED", 5, 6])).toBeNull();
    expect(history(...upAndDown, ["info", "RUNNING", 5, 6])).toBe("info -> RUNNING");
    expect(history(...upAndDown, ["startNoWait", "true", 5, 8], ["info", "RUNNING", 6, 7])).toBeNull();
    expect(history(...upAndDown, ["stop", "NOT_RUNNING", 5, 6], ["remove", "true", 7, 8])).toBeNull();
    expect(history(...upAndDown, ["remove", "true", 5, 6], ["start", "true", 7, 8])).toBe("start -> true");
  });

  test("ends by SIGKILL once it was sent, and not before", () => {
    expect(history(["start", "true", 1, 2], ["info", "EXITED", 3, 4])).toBe("info -> EXITED");
    expect(history(["start", "true", 1, 2], ["kill", "true", 3, 4], ["info", "EXITED", 5, 6])).toBeNull();
    expect(history(["start", "true", 1, 2], ["kill", "true", 3, 4], ["info", "RUNNING", 5, 6])).toBeNull();
  });
});
