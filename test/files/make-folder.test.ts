import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "../../src/files/make-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-make-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("makes all that is missing with the mode, and leaves what is there as it is", () => {
  mkdirSync(join(folder, "a"), { mode: 0o750 });
  makeFolder(join(folder, "a/b/c"), 0o700);
  makeFolder(join(folder, "a/b/c"), 0o755);
  expect(["a", "a/b", "a/b/c"].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o750, 0o700, 0o700]);
  makeFolder("/", 0o700);
  makeFolder(`${folder}/a//b/../d/`, 0o700);
  expect(statSync(join(folder, "a/d")).isDirectory()).toBe(true);
});

test("goes through links to folders", () => {
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "link"));
  makeFolder(join(folder, "link"), 0o700);
  makeFolder(join(folder, "link/a"), 0o700);
  expect(statSync(join(folder, "real/a")).isDirectory()).toBe(true);
});

test.each([
  ["where nothing can be made, as in /proc", () => "/proc/sup-test/a", "ENOENT"],
  ["over a file", () => join(folder, "file"), "EEXIST"],
  ["below a file", () => join(folder, "file/a/b"), "ENOTDIR"],
  ["over a link that leads nowhere", () => join(folder, "broken"), "EEXIST"],
  ["below a link that leads nowhere", () => join(folder, "broken/a"), "EEXIST"],
  ["below a link to itself", () => join(folder, "loop/a"), "ELOOP"],
])("says why it cannot: %s", (_, path, code) => {
  writeFileSync(join(folder, "file"), "");
  symlinkSync("nowhere", join(folder, "broken"));
  symlinkSync("loop", join(folder, "loop"));
  expect(() => makeFolder(path(), 0o700)).toThrow(expect.objectContaining({ code }));
});
