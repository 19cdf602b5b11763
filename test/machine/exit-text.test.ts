import { expect, test } from "vitest";
import { exitStatusOf, exitText, fullExitText, isExpectedExit } from "../../src/machine/exit-text.ts";
import type { Exit } from "../../src/machine/life.ts";

const code = (value: number): Exit => ({ code: value, signal: null, unknown: false });
const signal = (name: string, changes: Partial<Exit> = {}): Exit => ({
  code: null,
  signal: name,
  unknown: false,
  ...changes,
});
const unknown: Exit = { code: null, signal: null, unknown: true };

test.each([
  [code(0), "exit status 0", 0],
  [code(3), "exit status 3", 3],
  [code(255), "exit status 255", 255],
  [signal("SIGKILL"), "terminated by SIGKILL", -1],
  [signal("SIGSEGV", { coreDumped: true }), "terminated by SIGSEGV (core dumped)", -1],
  [signal("SIGTERM", { coreDumped: false }), "terminated by SIGTERM", -1],
  [signal("SIGIO"), "terminated by SIGPOLL", -1],
  [signal("signal 40"), "terminated by signal 40", -1],
  [signal("SIG40"), "terminated by signal 40", -1],
  [signal("40"), "terminated by signal 40", -1],
  [signal("SIGRTMIN+6"), "terminated by signal 40", -1],
  [signal("signal 34"), "terminated by SIGRTMIN", -1],
  [unknown, "exit status unknown", -1],
  [{ code: null, signal: null, unknown: false }, "exit status unknown", -1],
  [{ code: 0, signal: null, unknown: true }, "exit status unknown", -1],
] as const)("%o is told as %s and shown as %i", (exit, text, status) => {
  expect(exitText(exit)).toBe(text);
  expect(exitStatusOf(exit)).toBe(status);
});

test("only a code that is listed is expected: no signal and nothing unknown ever is", () => {
  expect(isExpectedExit(code(0), [0])).toBe(true);
  expect(isExpectedExit(code(2), [0, 2])).toBe(true);
  expect(isExpectedExit(code(1), [0, 2])).toBe(false);
  expect(isExpectedExit(code(0), [])).toBe(false);
  expect(isExpectedExit(signal("SIGTERM"), [-1, 0])).toBe(false);
  expect(isExpectedExit(unknown, [-1, 0])).toBe(false);
  expect(isExpectedExit({ ...unknown, code: 0 }, [0])).toBe(false);
});

test.each([
  [undefined, "terminated by SIGKILL"],
  [
    1,
    "terminated by SIGKILL (out of memory? the kernel has killed a process of this daemon for lack of it since this one was started)",
  ],
  [
    3,
    "terminated by SIGKILL (out of memory? the kernel has killed 3 processes of this daemon for lack of it since this one was started)",
  ],
])("what is counted is said, and not more: %s", (outOfMemory, text) => {
  const exit = signal("SIGKILL", outOfMemory === undefined ? {} : { outOfMemory });
  expect(fullExitText(exit)).toBe(text);
  // Supervisor's own words stay as they are.
  expect(exitText(exit)).toBe("terminated by SIGKILL");
});
