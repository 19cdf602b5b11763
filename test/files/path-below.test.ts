import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSafely } from "../../src/files/open-safely.ts";
import { pathBelow } from "../../src/files/path-below.ts";

const NOBODY = 65_534;
let root = "";

beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "path-below-")));
  for (const name of ["far/deep", "near", "theirs/sub"]) fs.mkdirSync(join(root, name), { recursive: true });
  fs.symlinkSync("../far/deep", join(root, "near/link"));
  fs.symlinkSync("link", join(root, "near/again"));
  fs.symlinkSync(".", join(root, "near/self"));
  fs.symlinkSync("../far/deep", join(root, "theirs/link"));
  for (const name of ["theirs", "theirs/sub", "theirs/link"]) fs.lchownSync(join(root, name), NOBODY, NOBODY);
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test.each([
  ["near/x", "near/x"],
  ["near/../x", "x"],
  ["near/link/x", "near/link/x"],
  ["near/link/../x", "near/link/../x"],
  ["near/link/..", "near/link/.."],
  ["near/again/../x/./y", "near/again/../x/./y"],
  ["near/..x/...", "near/..x/..."],
  ["near/none/../x", "near/none/../x"],
  ["far/deep/../x", "far/x"],
])("%s", (path, found) => {
  expect(pathBelow(root, path)).toBe(`${root}/${found}`);
  expect(pathBelow("/elsewhere", `${root}/${path}`)).toBe(`${root}/${found}`);
});

test("a folder that is written with .. is one to start from, too", () => {
  expect(pathBelow(`${root}/near/link/..`, "x")).toBe(`${root}/near/link/../x`);
  expect(pathBelow(`${root}/near/link/..`, "deep/../x")).toBe(`${root}/near/link/../deep/../x`);
  expect(pathBelow(`${root}/far/deep/..`, "./x")).toBe(`${root}/far/x`);
  expect(pathBelow(".", "x/./y")).toBe(`${process.cwd()}/x/y`);
});

test.each([
  ["near/link/../a", "far/a"],
  ["near/again/../b", "far/b"],
  ["near/./link/.././c", "far/c"],
  ["near/link/../../near/d", "near/d"],
])("%s is opened as %s, which is where the kernel finds it", (path, found) => {
  fs.closeSync(openSafely(`${root}/${path}`, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o640));
  expect(fs.existsSync(join(root, found))).toBe(true);
  expect(fs.existsSync(`${root}/${path}`)).toBe(true);
});

test.each(["theirs/sub/../e", "theirs/link/../e", "theirs/../e", "theirs/sub/../../far/e"])(
  "%s is refused: whoever may move a folder decides what is above it",
  (path) => {
    const open = (): number => openSafely(`${root}/${path}`, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o640);
    expect(open).toThrow(expect.objectContaining({ code: "ELOOP" }));
  },
);
