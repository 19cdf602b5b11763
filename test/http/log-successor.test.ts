/**
 * Looks for the file that was written next while the keeper moves the files of a log. What it does meanwhile is done right before a
 * certain number is looked at.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSuccessor } from "../../src/http/streams/log-successor.ts";
import { meanwhile } from "../support/backups-meanwhile.ts";

vi.mock("../../src/files/backup-name.ts", async (original) => {
  // Called before the imports above are there.
  const { watched } = await import("../support/backups-meanwhile.ts");
  return watched(await original<typeof import("../../src/files/backup-name.ts")>());
});

let folder = "";
let log = "";
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "successor-"));
  log = join(folder, "log");
});
afterEach(() => {
  meanwhile.before = () => undefined;
  fs.rmSync(folder, { recursive: true });
});

const name = (number: number): string => (number === 0 ? log : `${log}.${number}`);
const write = (number: number, text: string): void => fs.writeFileSync(name(number), text);
const move = (from: number, to: number): void => fs.renameSync(name(from), name(to));

/** Once, before this number is looked at for the first time, or for the n-th. */
function before(number: number, action: () => void, look = 1): void {
  let looks = 0;
  meanwhile.before = (looked) => {
    if (looked !== number || ++looks < look) return;
    meanwhile.before = () => undefined;
    action();
  };
}

/** What is in the file that comes after the one of this number. */
function after(number: number): { readonly text: string; readonly isGap: boolean; readonly isCurrent: boolean } | null {
  const fd = fs.openSync(name(number), "r");
  const next = openSuccessor(log, fd);
  fs.closeSync(fd);
  if (next === null || next === "none") return null;
  const text = fs.readFileSync(next.fd, "utf8");
  fs.closeSync(next.fd);
  return { text, isGap: next.isGap, isCurrent: next.isCurrent };
}

test("it moves up by several numbers, past the look that comes down", () => {
  write(8, "first");
  write(2, "second");
  write(1, "third");
  write(0, "fourth");
  // On the way up the file before is found.
  before(3, () => move(2, 7), 2);
  expect(after(8)).toEqual({ text: "second", isGap: false, isCurrent: false });
});

test("all move down, past the look that goes up", () => {
  write(6, "first");
  write(5, "second");
  write(1, "third");
  write(0, "fourth");
  before(5, () => {
    move(5, 2);
    move(6, 3);
  });
  expect(after(6)).toEqual({ text: "second", isGap: false, isCurrent: false });
});

test("the file before is rotated away while it is looked for: that is a gap", () => {
  write(2, "first");
  write(1, "second");
  write(0, "third");
  before(1, () => {
    fs.rmSync(name(2));
    move(1, 2);
    move(0, 1);
    write(0, "fourth");
  });
  expect(after(2)).toEqual({ text: "second", isGap: true, isCurrent: false });
});
