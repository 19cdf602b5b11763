import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyFile } from "../../src/files/empty-file.ts";
import { openSafely } from "../../src/files/open-safely.ts";

// As root, beside a user who may write to some folders. What is allowed and what is not, one path a line.

const { O_WRONLY, O_CREAT, O_APPEND, O_RDONLY } = fs.constants;
const NOBODY = 65_534;
let root = "";

beforeEach(() => {
  expect(process.geteuid?.()).toBe(0);
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "open-")));
  const folder = (name: string, mode: number, uid = 0): void => {
    fs.mkdirSync(join(root, name));
    fs.chmodSync(join(root, name), mode);
    fs.chownSync(join(root, name), uid, uid);
  };
  const link = (to: string, name: string, uid = 0): void => {
    fs.symlinkSync(to, join(root, name));
    fs.lchownSync(join(root, name), uid, uid);
  };
  folder("own", 0o755);
  folder("theirs", 0o755, NOBODY);
  folder("open", 0o777);
  folder("group", 0o775);
  folder("sticky", 0o1777);
  folder("own/sub", 0o755);
  folder("theirs/sub", 0o755, NOBODY);
  folder("theirs/roots", 0o755);
  fs.writeFileSync(join(root, "own/victim"), "untouched");
  link("victim", "own/to-victim");
  link("sub", "own/to-sub");
  link(join(root, "theirs"), "own/to-theirs");
  for (const place of ["theirs", "open", "group", "sticky"]) {
    link(join(root, "own/victim"), `${place}/roots-link`);
    link(join(root, "own"), `${place}/roots-folder`);
    link(join(root, "own/victim"), `${place}/link`, NOBODY);
    link(join(root, "own"), `${place}/folder`, NOBODY);
    link("../own/victim", `${place}/relative`, NOBODY);
    link(join(root, "own/new"), `${place}/dangling`, NOBODY);
  }
  link("loop", "own/loop");
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const GOOD = [
  "own/new",
  "own/victim",
  "own/to-victim",
  "own/to-sub/new",
  "own/to-theirs/new",
  "own/to-theirs/sub/new",
  "theirs/new",
  "theirs/sub/new",
  "theirs/roots/new",
  "open/new",
  "group/new",
  "sticky/new",
  // In a sticky folder nobody can exchange what is root's.
  "sticky/roots-link",
  "sticky/roots-folder/new",
];
const BAD = [
  ...["theirs", "open", "group"].flatMap((place) =>
    ["link", "relative", "dangling", "folder/new", "folder/victim", "roots-link", "roots-folder/new"].map(
      (name) => `${place}/${name}`,
    ),
  ),
  ...["link", "relative", "dangling", "folder/new"].map((name) => `sticky/${name}`),
  "own/to-theirs/link",
  "own/to-theirs/folder/new",
  "theirs/sub/../folder/new",
  "own/loop",
];

test.each(GOOD)("%s is opened", (name) => {
  const fd = openSafely(join(root, name), O_WRONLY | O_CREAT | O_APPEND, 0o640);
  fs.writeSync(fd, "written");
  fs.closeSync(fd);
  expect(fs.readFileSync(join(root, name), "utf8")).toMatch(/written$/);
});

test.each(BAD)("%s is refused, to write, to read and to empty", (name) => {
  const path = `${root}/${name}`;
  for (const flags of [O_WRONLY | O_CREAT | O_APPEND, O_RDONLY])
    expect(() => openSafely(path, flags, 0o640)).toThrow(expect.objectContaining({ code: "ELOOP" }));
  expect(() => emptyFile(path)).toThrow(expect.objectContaining({ code: "ELOOP" }));
  expect(fs.readFileSync(join(root, "own/victim"), "utf8")).toBe("untouched");
  expect(fs.readdirSync(join(root, "own"))).not.toContain("new");
});

test("what is missing is missing, as for any other open", () => {
  for (const name of ["own/none", "own/none/x", "theirs/none", "theirs/none/x", "sticky/none"])
    expect(() => openSafely(join(root, name), O_RDONLY)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(() => openSafely(join(root, "own/victim/x"), O_RDONLY)).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  expect(() => openSafely(join(root, "theirs/sub"), O_WRONLY)).toThrow(expect.objectContaining({ code: "EISDIR" }));
});

test("no descriptor is left behind, whether it was opened or not", () => {
  const count = (): number => fs.readdirSync("/proc/self/fd").length;
  const before = count();
  for (const name of [...GOOD, ...BAD]) {
    try {
      fs.closeSync(openSafely(join(root, name), O_WRONLY | O_CREAT, 0o640));
    } catch {
      // One of the bad.
    }
  }
  expect(count()).toBe(before);
});

test("what was seen of a folder holds for one turn of the event loop, in which only we could change it", async () => {
  const log = join(root, "own/log");
  fs.closeSync(openSafely(log, O_WRONLY | O_CREAT));
  fs.chownSync(join(root, "own"), NOBODY, NOBODY);
  fs.rmSync(log);
  fs.symlinkSync(join(root, "own/victim"), log);
  fs.lchownSync(log, NOBODY, NOBODY);
  await new Promise((resolve) => setImmediate(resolve));
  expect(() => openSafely(log, O_WRONLY)).toThrow("ELOOP");
});

test("many files of one folder in one turn are as safe as one", () => {
  const open = (name: string): string => {
    try {
      fs.closeSync(openSafely(join(root, name), O_WRONLY | O_CREAT));
      return "opened";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? "";
    }
  };
  for (const place of ["sticky", "open", "theirs"])
    expect([open(`${place}/one`), open(`${place}/link`), open(`${place}/two`)]).toEqual(["opened", "ELOOP", "opened"]);
  expect([open("own/to-sub/one"), open("own/to-sub/two"), open("own/to-theirs/link"), open("own/to-victim")]).toEqual([
    "opened",
    "opened",
    "ELOOP",
    "opened",
  ]);
});
