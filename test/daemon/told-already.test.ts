import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logPosition, ToldAlready } from "../../src/daemon/told-already.ts";
import { formatLogLine } from "../../src/logs/log-line.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-told-"));
  file = join(folder, "main.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (text: string, time = "2026-01-31T23:59:59Z"): string => formatLogLine(new Date(time), "warn", text);

test("leaves out what was logged after the last save, once for each time, whenever it was", () => {
  writeFileSync(file, line("exited: a (exit status 1; not expected)"));
  const saved = logPosition(file) ?? undefined;
  appendFileSync(
    file,
    line("exited: b (exit status 2; not expected)") + line("exited: b (exit status 2; not expected)"),
  );
  const told = new ToldAlready(file, saved);
  const again = (text: string): boolean => told.has(line(text, "2026-02-01T00:00:07Z").trimEnd());
  expect(again("exited: a (exit status 1; not expected)")).toBe(false);
  expect(again("exited: b (exit status 2; not expected)")).toBe(true);
  expect(again("exited: b (exit status 2; not expected)")).toBe(true);
  expect(again("exited: b (exit status 2; not expected)")).toBe(false);
});

test.each([
  ["there is no log", () => {}, "5"],
  ["the log was emptied", () => writeFileSync(file, ""), "500"],
  ["nothing was saved", () => writeFileSync(file, line("x")), undefined],
  ["what was saved is no number", () => writeFileSync(file, line("x")), "x"],
])("leaves out nothing when %s", (_, prepare, saved) => {
  prepare();
  expect(new ToldAlready(file, saved).has(line("x").trimEnd())).toBe(false);
});

test("says how long the log is, and nothing about what is no file", () => {
  writeFileSync(file, line("x"));
  expect(logPosition(file)).toBe(String(statSync(file).size));
  expect(logPosition(join(folder, "none"))).toBeNull();
  expect(logPosition("/dev/null")).toBeNull();
  expect(logPosition(null)).toBeNull();
});
