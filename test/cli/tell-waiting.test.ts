import { expect, test } from "vitest";
import { waitingText } from "../../src/cli/running/tell-waiting.ts";

test("each reason to wait is told once, however its seconds pass", () => {
  const told = new Set<string>();
  const stopping = (seconds: number) => [{ namespec: "web", why: `stopping: SIGKILL follows in ${seconds} s` }];
  expect(waitingText(stopping(9), told)).toBe("web: stopping: SIGKILL follows in 9 s\n");
  expect(waitingText(stopping(8), told)).toBe("");
  expect(waitingText([{ namespec: "web", why: "being started" }], told)).toBe("web: being started\n");
});

test("of thousands, ten are named, and the others are not named later", () => {
  const told = new Set<string>();
  const all = Array.from({ length: 2000 }, (_, at) => ({ namespec: `p${at}`, why: "being started" }));
  const text = waitingText(all, told);
  expect(text.split("\n")).toHaveLength(12);
  expect(text).toMatch(/^p0: being started\np1: [^]*\np9: being started\nand 1990 more\n$/);
  expect(waitingText(all, told)).toBe("");
});
