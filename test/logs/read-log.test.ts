import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLog, tailLog } from "../../src/logs/read-log.ts";

describe("reading a log", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sup-read-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("finds nothing in one that is thrown away, as Supervisor does", () => {
    expect(readLog("/dev/null", -1600, 0)).toEqual(Buffer.alloc(0));
    expect(readLog("/dev/null", 0, 0)).toEqual(Buffer.alloc(0));
    expect(tailLog("/dev/null", 0, 100)).toEqual({ bytes: Buffer.alloc(0), offset: 0, overflow: false });
  });

  test("takes nothing out of a pipe, and does not wait for one", () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(readLog(join(folder, "pipe"), 0, 0)).toBe("FAILED");
    expect(readLog("/dev/zero", 0, 0)).toBe("FAILED");
  });

  test("finds nothing in one that is being rotated, and has no name for that moment; other missing ones are missing", () => {
    const log = join(folder, "log");
    for (const backup of [`${log}.1`, `${log}.4`]) {
      writeFileSync(backup, "its end");
      expect(readLog(log, -100, 0)).toEqual(Buffer.alloc(0));
      expect(readLog(log, 3, 4)).toEqual(Buffer.alloc(0));
      expect(tailLog(log, 0, 100)).toEqual({ bytes: Buffer.alloc(0), offset: 0, overflow: false });
      // Not written to for ten seconds: nobody is about to make it anew.
      const before = new Date(Date.now() - 10_000);
      utimesSync(backup, before, before);
      expect(readLog(log, -100, 0)).toBe("NO_FILE");
      rmSync(backup);
    }
    expect(readLog(log, -100, 0)).toBe("NO_FILE");
  });

  test("counts in bytes, from the start or from the end", () => {
    const file = join(folder, "log");
    writeFileSync(file, "héllo");
    expect(readLog(file, 1, 2)).toEqual(Buffer.from("é"));
    expect(readLog(file, -3, 0)).toEqual(Buffer.from("llo"));
    expect(readLog(file, 100, 0)).toEqual(Buffer.alloc(0));
    expect(readLog(file, -3, 1)).toBe("BAD_ARGUMENTS");
    expect(readLog(join(folder, "none"), 0, 0)).toBe("NO_FILE");
  });
});
