import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { removePidfile, writePidfile } from "../../src/daemon/pidfile.ts";

const folder = mkdtempSync(join(tmpdir(), "pidfile-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "s.pid");

test("a pidfile holds the pid and a newline, and is removed by whose pid it holds", () => {
  expect(writePidfile(file, 12)).toBe(true);
  expect(readFileSync(file, "utf8")).toBe("12\n");
  removePidfile(file, 13);
  expect(existsSync(file)).toBe(true);
  removePidfile(file, 12);
  expect(existsSync(file)).toBe(false);
  removePidfile(file, 12);
});

test("one that cannot be written is no catastrophe", () => {
  expect(writePidfile(join(folder, "missing", "s.pid"), 12)).toBe(false);
  expect(writePidfile(folder, 12)).toBe(false);
});
