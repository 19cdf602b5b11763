import { expect, test } from "vitest";
import { fileMoment, findFile, type FileStat } from "../../src/files/file-moment.ts";

const file = (ino: number, written: number): FileStat => ({ dev: 8n, ino: BigInt(ino), mtimeNs: BigInt(written) });

test("a moment of a file", () => {
  expect(fileMoment(file(17, 5))).toBe("8:17:5");
});

const log = [file(30, 300), file(20, 200), file(10, 100)];

test.each([
  ["8:30:300", 0, "not written to since"],
  ["8:30:250", 0, "written to since"],
  ["8:20:200", 1, "a backup by now"],
  ["8:20:150", 1, "written to and rotated since"],
  ["8:10:50", 2, "the oldest"],
  ["8:30:200", 0, "begun at the same tick as the one before it was ended"],
  ["8:30:199", -1, "another: the one before it was written to later"],
  ["8:20:50", -1, "another, a backup by now"],
  ["8:40:250", -1, "gone"],
  ["9:30:250", -1, "of another disk"],
  ["8:30", 0, "nobody says when"],
  ["", -1, "there was none"],
])("%j is found at %i: %s", (moment, index) => {
  expect(findFile(log, moment)).toBe(index);
});

test("a backup that somebody has touched makes no other file of a log that is quiet", () => {
  expect(findFile([file(30, 300), file(20, 999)], "8:30:300")).toBe(0);
});
