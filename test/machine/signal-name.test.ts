import { constants } from "node:os";
import { expect, test } from "vitest";
import { canonicalSignal, signalName, signalText } from "../../src/machine/signal-name.ts";

test("every signal that the system names has its number here, under one of its names", () => {
  for (const [name, number] of Object.entries(constants.signals))
    expect(canonicalSignal(name)).toBe(signalName(number));
});

test.each([
  [1, "SIGHUP"],
  [6, "SIGABRT"],
  [9, "SIGKILL"],
  [15, "SIGTERM"],
  [16, "SIGSTKFLT"],
  [17, "SIGCHLD"],
  [29, "SIGPOLL"],
  [31, "SIGSYS"],
  [34, "SIGRTMIN"],
  [64, "SIGRTMAX"],
  [0, null],
  [32, null],
  [40, null],
  [65, null],
  [-1, null],
] as const)("%i is printed as %s", (number, name) => {
  expect(signalName(number)).toBe(name);
  expect(signalText(number)).toBe(name ?? `signal ${number}`);
});

test.each([
  ["SIGTERM", "SIGTERM"],
  ["SIGIO", "SIGPOLL"],
  ["SIGIOT", "SIGABRT"],
  ["SIGCLD", "SIGCHLD"],
  ["SIG9", "SIGKILL"],
  ["9", "SIGKILL"],
  ["signal 40", 40],
  ["SIG40", 40],
  ["SIGRTMIN", "SIGRTMIN"],
  ["SIGRTMIN+0", "SIGRTMIN"],
  ["SIGRTMIN+6", 40],
  ["SIGRTMAX-1", 63],
  ["SIGRTMAX", "SIGRTMAX"],
] as const)("%s becomes %s", (name, canonical) => {
  expect(canonicalSignal(name)).toBe(canonical);
});
