import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fileMoment } from "../../src/files/file-moment.ts";
import { PastLog, type PastWanted } from "../../src/logs/past-log.ts";
import { meanwhile } from "../support/backups-meanwhile.ts";

vi.mock("../../src/files/backup-name.ts", async (original) => {
  // Called before the imports above are there.
  const { watched } = await import("../support/backups-meanwhile.ts");
  return watched(await original<typeof import("../../src/files/backup-name.ts")>());
});

let folder: string;
let file: string;
let log: PastLog | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "past-"));
  file = join(folder, "app.log");
});

afterEach(() => {
  log?.close();
  log = null;
  meanwhile.before = () => undefined;
  rmSync(folder, { recursive: true });
});

function open(wanted: PastWanted): PastLog {
  log = new PastLog(file, wanted);
  return log;
}

/** The text of the past; what is lost shows as `<bytes>`. */
function read(past: PastLog): string {
  let text = "";
  for (const piece of past.pieces()) {
    if (piece === null) continue;
    if ("bytes" in piece) expect(piece.bytes.length).toBeLessThanOrEqual(65_536);
    text += "bytes" in piece ? piece.bytes.toString() : `<${piece.lost}>`;
  }
  return text;
}

function rotate(): void {
  renameSync(`${file}.1`, `${file}.2`);
  renameSync(file, `${file}.1`);
  writeFileSync(file, "new\n");
}

function standing(): { size: number; file: string } {
  const found = statSync(file, { bigint: true });
  return { size: Number(found.size), file: fileMoment(found) };
}

describe("the past of a log", () => {
  beforeEach(() => {
    writeFileSync(`${file}.2`, "1\n2\n");
    writeFileSync(`${file}.1`, "3\n4\n");
    writeFileSync(file, "5\n6\n");
  });

  test.each([
    { from: { lines: 1 }, backups: 2, text: "6\n" },
    { from: { bytes: 2 }, backups: 2, text: "6\n" },
    { from: { bytes: 4 }, backups: 2, text: "5\n6\n" },
    { from: { bytes: 7 }, backups: 2, text: "\n4\n5\n6\n" },
    { from: { bytes: 9 }, backups: 2, text: "\n3\n4\n5\n6\n" },
    { from: { bytes: 15 }, backups: 2, text: "<3>1\n2\n3\n4\n5\n6\n" },
    { from: { lines: 3 }, backups: 2, text: "4\n5\n6\n" },
    { from: { lines: 99 }, backups: 2, text: "1\n2\n3\n4\n5\n6\n" },
    { from: { lines: 99 }, backups: 1, text: "3\n4\n5\n6\n" },
    { from: { lines: 99 }, backups: 0, text: "5\n6\n" },
    { from: { offset: 2 }, backups: 2, text: "6\n" },
    { from: { offset: 4 }, backups: 2, text: "" },
    { from: { offset: 9 }, backups: 2, text: "" },
  ])("from $from with $backups backups is $text", ({ from, backups, text }) => {
    expect(read(open({ from, backups }))).toBe(text);
  });

  test("is what was there when it was opened, whatever is rotated before it is read", () => {
    const past = open({ from: { lines: 99 }, backups: 2 });
    appendFileSync(file, "7\n");
    rotate();
    rotate();
    expect(read(past)).toBe("1\n2\n3\n4\n5\n6\n");
  });

  test("ends where the live output began, though that file has been rotated away since", () => {
    const end = standing();
    appendFileSync(file, "told live\n");
    expect(read(open({ from: { lines: 2 }, backups: 9, end }))).toBe("5\n6\n");
    log?.close();
    rotate();
    expect(read(open({ from: { lines: 3 }, backups: 9, end }))).toBe("4\n5\n6\n");
    log?.close();
    expect(read(open({ from: { offset: 2 }, backups: 9, end }))).toBe("6\n");
  });

  test("from a place in a file that has been rotated since goes on over the younger files", () => {
    const { file: identity } = standing();
    rotate();
    rotate();
    const from = { offset: 2, file: identity };
    expect(read(open({ from, backups: 9 }))).toBe("6\nnew\nnew\n");
    log?.close();
    expect(read(open({ from, backups: 9, end: { ...standing(), size: 1 } }))).toBe("6\nnew\nn");
    log?.close();
    rmSync(`${file}.2`);
    expect(read(open({ from, backups: 9 }))).toBe("new\nnew\n");
  });

  test("says how much is gone when the file was emptied or deleted meanwhile", () => {
    const past = open({ from: { lines: 2 }, backups: 0 });
    truncateSync(file);
    expect(read(past)).toBe("<4>");
    past.close();
    expect(read(open({ from: { lines: 2 }, backups: 0, end: { size: 7, file: "0:0" } }))).toBe("<7>");
  });

  test("does not end, or begin, in a file that has got the inode of one that is gone", () => {
    // Said of the log when it had been written to last at this time; what is there now was written after it.
    utimesSync(`${file}.2`, 1010, 1010);
    utimesSync(`${file}.1`, 1020, 1020);
    utimesSync(file, 1030, 1030);
    const { dev, ino } = statSync(file, { bigint: true });
    const at = (seconds: number) => ({ size: 4, file: `${dev}:${ino}:${seconds}000000000` });
    const tail = (seconds: number, bytes: number): string => {
      const text = read(open({ from: { bytes }, backups: 2, end: at(seconds) }));
      log?.close();
      return text;
    };
    expect([tail(1000, 4), tail(1000, 6)]).toEqual(["<4>", "<6>"]);
    expect([tail(1025, 4), tail(1025, 6)]).toEqual(["5\n6\n", "4\n5\n6\n"]);
    expect(read(open({ from: { offset: 2, file: at(1000).file }, backups: 2 }))).toBe("1\n2\n3\n4\n5\n6\n");
    log?.close();
    expect(read(open({ from: { offset: 2, file: at(1025).file }, backups: 2 }))).toBe("6\n");
  });

  test("is empty if there is no file, or none that has an end", () => {
    file = join(folder, "none");
    expect(read(open({ from: { lines: 2 }, backups: 1 }))).toBe("");
    execFileSync("mkfifo", [file]);
    expect(read(open({ from: { lines: 2 }, backups: 1 }))).toBe("");
  });

  test("comes in pieces, with a breath between the blocks that are only searched", () => {
    writeFileSync(file, "z\n".repeat(200_000));
    const past = open({ from: { lines: 100_000 }, backups: 0 });
    const kinds = [...past.pieces()].map((piece) => (piece === null ? "breath" : "piece"));
    expect(kinds).toEqual(["breath", "breath", "breath", "piece", "piece", "piece", "piece"]);
  });
});

describe("the past of a log that is rotated many times a second", () => {
  const move = (from: number, to: number): void =>
    renameSync(from === 0 ? file : `${file}.${from}`, to === 0 ? file : `${file}.${to}`);
  const write = (number: number, text: string): void =>
    writeFileSync(number === 0 ? file : `${file}.${number}`, `${text}\n`);
  /** Once, before this number is looked at. */
  const before = (number: number, action: () => void): void => {
    meanwhile.before = (looked) => {
      if (looked !== number) return;
      meanwhile.before = () => undefined;
      action();
    };
  };

  test("is in order, and ends where it was opened", () => {
    for (const number of [0, 1, 2]) write(number, `${3 - number}`);
    before(1, () => {
      move(2, 4);
      move(1, 3);
      move(0, 2);
      write(1, "4");
      write(0, "5");
    });
    expect(read(open({ from: { lines: 9 }, backups: 24 }))).toBe("1\n2\n3\n");
  });

  test("is complete while backups move down past the look", () => {
    write(0, "5");
    write(1, "4");
    for (const number of [5, 6, 7]) write(number, `${8 - number}`);
    before(5, () => {
      for (const number of [5, 6, 7]) move(number, number - 3);
    });
    expect(read(open({ from: { lines: 9 }, backups: 24 }))).toBe("1\n2\n3\n4\n5\n");
  });

  test("is complete while some backups have moved up and others have not", () => {
    for (const number of [0, 1, 2, 3]) write(number, `${24 - number}`);
    for (let number = 4; number <= 23; number++) write(number + 3, `${24 - number}`);
    const lines = Array.from({ length: 24 }, (_, at) => `${at + 1}\n`);
    expect(read(open({ from: { lines: 99 }, backups: 24 }))).toBe(lines.join(""));
  });
});
