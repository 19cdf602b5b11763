import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { globFiles, globFolders } from "../../src/config/glob-files.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sup-glob-"));
  for (const name of [
    "a.conf",
    "b.conf",
    "ab.conf",
    ".h.conf",
    "x[1].conf",
    "c.ini",
    "d1/e.conf",
    "d2/e.conf",
    "d2/deep/f.conf",
    "-.conf",
    "ü.conf",
    "a^b.conf",
  ]) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), "");
  }
});
beforeAll(() => symlinkSync("/nowhere/at/all", join(root, "nowhere")));
afterAll(() => rmSync(root, { recursive: true }));

const PATTERNS = [
  "*.conf",
  "?.conf",
  "[ab].conf",
  "[!a].conf",
  "[^a]b.conf",
  "[a-c].conf",
  "[z-a].conf",
  ".*.conf",
  "d*/*.conf",
  "d?/e.conf",
  "**/*.conf",
  "**",
  "x[[]1].conf",
  "x[1].conf",
  "a.conf",
  "none",
  "none/*",
  "d1",
  "d1/",
  "*/",
  "a[",
  "[]].conf",
  "[!].conf",
  "*.{conf,ini}",
  "+(a).conf",
  "a[^]b.conf",
  "[-a].conf",
  "./d1/../*.conf",
  "d1/../a.conf",
  "d1//*.conf",
  "d1///e.conf",
  ".//d*//*.conf",
  "*/.",
  "nowhere",
  "nowhere*",
  "*/",
  "a.conf/*",
  "a.conf/",
];

describe("globFiles", () => {
  it("finds what Python's glob finds", () => {
    const script = "import glob,json,sys\nprint(json.dumps([sorted(glob.glob(p)) for p in json.load(sys.stdin)]))";
    const absolute = PATTERNS.map((pattern) => `${root}/${pattern}`);
    const expected = JSON.parse(
      execFileSync("/usr/bin/python3", ["-c", script], { input: JSON.stringify(absolute), encoding: "utf8" }),
    ) as string[][];
    expect(absolute.map((pattern) => [pattern, globFiles(pattern).sort()])).toEqual(
      absolute.map((pattern, i) => [pattern, expected[i]]),
    );
  });
});

describe("globFolders", () => {
  it("names every folder whose new entries could match", () => {
    expect(globFolders(`${root}/*.conf`)).toEqual([root]);
    expect(globFolders(`${root}/d*/*.conf`).sort()).toEqual([root, `${root}/d1`, `${root}/d2`]);
    expect(globFolders(`${root}/a.conf`)).toEqual([]);
    expect(globFolders(`${root}/none/*`)).toEqual([]);
  });
});
