import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  writeSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FollowedFile, GAP_MARKER, TRUNCATION_MARKER } from "../../src/http/streams/follow-file.ts";

let folder: string;
let file: string;
let text = "";
let takes = true;
let wake = (): void => {};
let followed: FollowedFile | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "follow-"));
  file = join(folder, "app.log");
  text = "";
  takes = true;
});

afterEach(() => {
  followed?.close();
  rmSync(folder, { recursive: true });
});

function follow(tail = 1024): void {
  followed = FollowedFile.open(file, {
    tail,
    write: (bytes) => {
      text += Buffer.from(bytes).toString();
      wake();
      return takes;
    },
    onError: (error) => {
      throw error;
    },
  });
  followed?.start();
}

async function somethingRead(): Promise<void> {
  if (text === "") await new Promise<void>((resolve) => (wake = resolve));
}

/** Resolves once exactly this has been read. */
async function reads(expected: string): Promise<void> {
  while (text.length < expected.length) await new Promise<void>((resolve) => (wake = resolve));
  expect(text).toBe(expected);
}

/** As the keeper does it: at most so many backups. */
function rotate(next: string, backups = 10): void {
  for (let index = backups - 1; index >= 1; index--) {
    if (existsSync(`${file}.${index}`)) renameSync(`${file}.${index}`, `${file}.${index + 1}`);
  }
  renameSync(file, `${file}.1`);
  writeFileSync(file, next);
}

describe("a followed file", () => {
  test("begins with its last bytes and goes on with what is appended", async () => {
    writeFileSync(file, "0123456789");
    follow(4);
    await reads("6789");
    appendFileSync(file, "abc");
    await reads("6789abc");
    appendFileSync(file, "def");
    await reads("6789abcdef");
  });

  test("is read to its end and then its successor from the beginning, when it is rotated", async () => {
    writeFileSync(file, "one\n");
    follow();
    await reads("one\n");
    appendFileSync(file, "last words\n");
    rotate("two\n");
    await reads("one\nlast words\ntwo\n");
    rotate("three\n");
    await reads("one\nlast words\ntwo\nthree\n");
  });

  test("that is deleted is followed on, and its successor is found however late it comes", async () => {
    writeFileSync(file, "one\n");
    const fd = openSync(file, "a");
    follow();
    await reads("one\n");
    unlinkSync(file);
    writeSync(fd, "from beyond\n");
    closeSync(fd);
    await reads("one\nfrom beyond\n");
    writeFileSync(join(folder, "other.log"), "not this\n");
    writeFileSync(join(folder, "new"), "two\n");
    renameSync(join(folder, "new"), file);
    await reads("one\nfrom beyond\ntwo\n");
    appendFileSync(file, "three\n");
    await reads("one\nfrom beyond\ntwo\nthree\n");
  });

  test("says so when it becomes shorter, unless that was announced", async () => {
    writeFileSync(file, "one\n");
    follow();
    await reads("one\n");
    truncateSync(file, 0);
    await reads(`one\n${TRUNCATION_MARKER}`);
    appendFileSync(file, "two\n");
    await reads(`one\n${TRUNCATION_MARKER}two\n`);
    followed?.expectClearing();
    truncateSync(file, 0);
    appendFileSync(file, "longer than before\n");
    followed?.cleared();
    await reads(`one\n${TRUNCATION_MARKER}two\nlonger than before\n`);
    followed?.expectClearing();
    truncateSync(file, 0);
    followed?.cleared();
    appendFileSync(file, "3\n");
    await reads(`one\n${TRUNCATION_MARKER}two\nlonger than before\n3\n`);
    truncateSync(file, 0);
    await reads(`one\n${TRUNCATION_MARKER}two\nlonger than before\n3\n${TRUNCATION_MARKER}`);
  });

  test("waits for a slow reader without holding anything in memory", async () => {
    writeFileSync(file, "");
    follow();
    takes = false;
    appendFileSync(file, "x".repeat(200_000));
    await somethingRead();
    const first = text.length;
    expect(first).toBeLessThanOrEqual(65_536);
    appendFileSync(file, "y");
    takes = true;
    followed?.resume();
    await reads(`${"x".repeat(200_000)}y`);
  });

  test("that was rotated several times while its reader paused is read through all its backups", async () => {
    writeFileSync(file, "one\n");
    follow();
    await reads("one\n");
    takes = false;
    appendFileSync(file, "more\n");
    await reads("one\nmore\n");
    for (const name of ["two", "three", "four"]) rotate(`${name}\n`);
    takes = true;
    followed?.resume();
    await reads("one\nmore\ntwo\nthree\nfour\n");
  });

  test("says where output may be missing when it was rotated away, and goes on with the oldest backup", async () => {
    writeFileSync(file, "one\n");
    writeFileSync(`${file}.1`, "the past\n");
    utimesSync(`${file}.1`, 1000, 1000);
    follow();
    await reads("one\n");
    takes = false;
    appendFileSync(file, "more\n");
    await reads("one\nmore\n");
    for (const name of ["two", "three", "four", "five"]) rotate(`${name}\n`, 2);
    takes = true;
    followed?.resume();
    await reads(`one\nmore\n${GAP_MARKER}three\nfour\nfive\n`);
  });

  test("that is deleted while there are backups is followed by its successor alone", async () => {
    writeFileSync(file, "one\n");
    writeFileSync(`${file}.1`, "the past\n");
    utimesSync(`${file}.1`, 1000, 1000);
    follow();
    await reads("one\n");
    unlinkSync(file);
    writeFileSync(file, "two\n");
    await reads("one\ntwo\n");
  });

  test("whose writer goes on after a rename is read on until the new file is used", async () => {
    writeFileSync(file, "one\n");
    const fd = openSync(file, "a");
    follow();
    await reads("one\n");
    renameSync(file, join(folder, "elsewhere"));
    writeFileSync(file, "");
    writeSync(fd, "still here\n");
    closeSync(fd);
    await reads("one\nstill here\n");
    appendFileSync(file, "two\n");
    await reads("one\nstill here\ntwo\n");
  });

  test("begins in the newest backup if it is being rotated at this very moment, not if it was deleted long after", async () => {
    writeFileSync(`${file}.1`, "one\n");
    follow();
    await reads("one\n");
    writeFileSync(file, "two\n");
    await reads("one\ntwo\n");
    unlinkSync(file);
    utimesSync(`${file}.1`, 1000, 1000);
    expect(FollowedFile.open(file, { tail: 0, write: () => true, onError: () => undefined })).toBeNull();
  });

  test("begins in the newest backup, also if the lowest numbers are left for the next rotations", async () => {
    writeFileSync(`${file}.5`, "two\n");
    writeFileSync(`${file}.6`, "one\n");
    follow();
    await reads("two\n");
    writeFileSync(file, "three\n");
    await reads("two\nthree\n");
  });

  test("does not exist if there is nothing of this name, or nothing that has an end", () => {
    follow();
    expect(followed).toBeNull();
    execFileSync("mkfifo", [file]);
    follow();
    expect(followed).toBeNull();
    file = folder;
    follow();
    expect(followed).toBeNull();
  });
});
