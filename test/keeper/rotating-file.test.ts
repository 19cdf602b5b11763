import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogFiles } from "../../src/keeper/output/log-files.ts";
import { RotatingFile } from "../../src/keeper/output/rotating-file.ts";
import { logTo, makeFolder, openKeeper, sh, removeFolder } from "./harness.ts";

let folder = "";
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (name: string): string => fs.readFileSync(join(folder, name), "utf8");

/** Oldest first. */
function concatenation(name: string): { files: string[]; text: string } {
  const numbers = fs
    .readdirSync(folder)
    .filter((each) => each.startsWith(`${name}.`))
    .map((each) => Number(each.slice(name.length + 1)))
    .toSorted((a, b) => b - a);
  const files = [...numbers.map((number) => read(`${name}.${number}`)), read(name)];
  return { files, text: files.join("") };
}

test.each([1, 7, 41, 64, 1000])("rotation with chunks of %i bytes loses nothing and splits no line", (step) => {
  const file = new RotatingFile(join(folder, "log"), 100, 1000);
  const text = Array.from({ length: 500 }, (_, at) => `line ${at} ${"x".repeat(at % 37)}\n`).join("");
  for (let at = 0; at < text.length; at += step) file.write(bytes(text.slice(at, at + step)));
  file.close();
  const { files, text: found } = concatenation("log");
  expect(found).toBe(text);
  expect(files.length).toBeGreaterThan(50);
  for (const each of files.slice(0, -1)) {
    expect(each.endsWith("\n")).toBe(true);
    // At most the limit and the line that crossed it.
    expect(each.slice(0, each.lastIndexOf("\n", each.length - 2) + 1).length).toBeLessThan(100);
  }
});

test("only the wanted number of backups is kept, and none means truncation", () => {
  const few = new RotatingFile(join(folder, "few"), 10, 2);
  for (let at = 0; at < 9; at++) few.write(bytes(`number ${at}...\n`));
  expect(fs.readdirSync(folder).toSorted()).toEqual(["few", "few.1", "few.2"]);
  expect([read("few.2"), read("few.1"), read("few")]).toEqual(["number 7...\n", "number 8...\n", ""]);
  few.close();
  const none = new RotatingFile(join(folder, "none"), 10, 0);
  none.write(bytes("0123456789\nabc"));
  expect(read("none")).toBe("abc");
  none.close();
});

test("a backup that cannot be moved costs no other, however often it is tried", () => {
  for (const number of [1, 2]) fs.writeFileSync(join(folder, `log.${number}`), `${number}\n`);
  fs.mkdirSync(join(folder, "log.3/full"), { recursive: true });
  fs.writeFileSync(join(folder, "log"), "");
  const file = new RotatingFile(join(folder, "log"), 5, 3);
  for (const word of ["alpha", "gamma", "delta"]) file.write(bytes(`${word}\n`));
  expect([read("log.2"), read("log.1"), read("log")]).toEqual(["2\n", "1\n", "alpha\ngamma\ndelta\n"]);
  expect(file.failing).not.toBeNull();
  fs.rmSync(join(folder, "log.3"), { recursive: true });
  file.write(bytes("omega\n"));
  expect([read("log.3"), read("log.2"), read("log.1"), read("log")]).toEqual([
    "2\n",
    "1\n",
    "alpha\ngamma\ndelta\nomega\n",
    "",
  ]);
  file.close();
});

test("backups of an earlier life are shifted too, and the mode of the file is kept", () => {
  fs.writeFileSync(join(folder, "log"), "old\n", { mode: 0o600 });
  fs.writeFileSync(join(folder, "log.1"), "older\n");
  const file = new RotatingFile(join(folder, "log"), 5, 10);
  file.write(bytes("new\nnext\n"));
  const texts = ["log.3", "log.2", "log.1", "log"].map(read);
  expect(texts).toEqual(["older\n", "old\nnew\n", "next\n", ""]);
  expect(fs.statSync(join(folder, "log")).mode & 0o777).toBe(0o600);
  file.close();
});

test("a renamed file is continued in a new one from the next line on", () => {
  const file = new RotatingFile(join(folder, "log"), 0, 0);
  file.write(bytes("one\ntw"));
  fs.renameSync(join(folder, "log"), join(folder, "moved"));
  file.reopen();
  expect(read("log")).toBe("");
  file.write(bytes("o\nthree\n"));
  expect([read("moved"), read("log")]).toEqual(["one\ntwo\n", "three\n"]);
  fs.renameSync(join(folder, "log"), join(folder, "moved"));
  file.reopen();
  file.write(bytes("four\n"));
  expect(read("log")).toBe("four\n");
  file.close();
});

test("a log that was renamed or removed is emptied under its own name, and made there", () => {
  const file = new RotatingFile(join(folder, "log"), 0, 0);
  file.write(bytes("one\n"));
  fs.renameSync(join(folder, "log"), join(folder, "copy"));
  file.clear();
  expect([read("copy"), read("log")]).toEqual(["one\n", ""]);
  fs.rmSync(join(folder, "log"));
  file.clear();
  file.write(bytes("two\n"));
  expect(read("log")).toBe("two\n");
  file.close();
});

test("a name that leads in a circle costs nothing but its own log, and for no longer than that", () => {
  vi.useFakeTimers();
  try {
    const file = new RotatingFile(join(folder, "log"), 0, 0);
    file.write(bytes("one\n"));
    fs.rmSync(join(folder, "log"));
    fs.symlinkSync("log", join(folder, "log"));
    vi.advanceTimersByTime(1001);
    expect(file.write(bytes("two\n"))).toEqual({ logged: 0, dropped: 4 });
    expect(file.failing).toBe("ELOOP");
    fs.rmSync(join(folder, "log"));
    expect(file.write(bytes("three\n"))).toEqual({ logged: 6, dropped: 0 });
    expect(read("log")).toBe("[sup] dropped 4 bytes here: ELOOP\nthree\n");
    file.close();
  } finally {
    vi.useRealTimers();
  }
});

test("external truncation leaves no hole, and two paths of one file share a writer", () => {
  const files = new LogFiles();
  fs.mkdirSync(join(folder, "d"));
  fs.symlinkSync(join(folder, "d"), join(folder, "e"));
  const one = files.acquire(join(folder, "d", "log"), 0, 0);
  const two = files.acquire(join(folder, "e", "log"), 0, 0);
  expect(two).toBe(one);
  one.write(bytes("aaaaaaaa\n"));
  fs.truncateSync(join(folder, "d", "log"));
  two.write(bytes("b\n"));
  files.release(one);
  two.write(bytes("c\n"));
  expect(read("d/log")).toBe("b\nc\n");
  files.release(two);
});

test("a log that got well only as it was closed is opened anew by the next who wants it", () => {
  const files = new LogFiles();
  const path = join(folder, "d", "log");
  fs.mkdirSync(join(folder, "d"));
  const first = files.acquire(path, 0, 0);
  fs.rmSync(join(folder, "d"), { recursive: true });
  first.reopen();
  expect(first.write(bytes("lost\n"))).toEqual({ logged: 0, dropped: 5 });
  fs.mkdirSync(join(folder, "d"));
  // Its last line, the account, makes it another file on disk.
  files.release(first);
  const account = "[sup] dropped 5 bytes here: ENOENT\n";
  expect(read("d/log")).toBe(account);
  const second = files.acquire(path, 0, 0);
  // Whoever is opened next gets the number of the descriptor that the first one had.
  const bystander = fs.openSync(join(folder, "bystander"), "w");
  expect(second.write(bytes("kept\n"))).toEqual({ logged: 5, dropped: 0 });
  expect([read("d/log"), read("bystander")]).toEqual([`${account}kept\n`, ""]);
  files.release(second);
  fs.closeSync(bystander);
});

test("a log whose folder is gone drops with an exact account, and goes on when the folder is back", () => {
  fs.mkdirSync(join(folder, "d"));
  const file = new RotatingFile(join(folder, "d", "log"), 0, 0);
  expect(file.write(bytes("one\n"))).toEqual({ logged: 4, dropped: 0 });
  fs.rmSync(join(folder, "d"), { recursive: true });
  file.reopen();
  expect(file.write(bytes("two\nthr"))).toEqual({ logged: 0, dropped: 7 });
  expect(file.failing).toBe("ENOENT");
  fs.mkdirSync(join(folder, "d"));
  // The line whose beginning was dropped is not begun in its middle.
  expect(file.write(bytes("ee\nfour\nfi"))).toEqual({ logged: 7, dropped: 3 });
  expect(file.failing).toBeNull();
  file.write(bytes("ve\n"));
  expect(read("d/log")).toBe("[sup] dropped 10 bytes here: ENOENT\nfour\nfive\n");
  file.close();
});

test("a symbolic link is refused where others may write", () => {
  fs.mkdirSync(join(folder, "open"));
  fs.chmodSync(join(folder, "open"), 0o777);
  fs.writeFileSync(join(folder, "victim"), "");
  fs.symlinkSync(join(folder, "victim"), join(folder, "open", "log"));
  expect(() => new RotatingFile(join(folder, "open", "log"), 0, 0)).toThrow(/ELOOP/);
});

/** The disk is slow, and others use it. */
const AT_LAST = { timeout: 30_000 };

test("a full disk is accounted for exactly, whole lines only, and a marker says what is missing", async () => {
  const disk = join(folder, "disk");
  fs.mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
  try {
    const log = join(disk, "log");
    const own = openKeeper(folder);
    // 300,000 lines of 100 bytes.
    const script = `awk 'BEGIN { for (i = 0; i < 300000; i++) printf "%08d %090d\\n", i, 0 }'; read go; echo back; echo again`;
    const request = sh("full:disk", script, { logs: { stdout: logTo(log), stderr: "stdout" } });
    await own.keeper.start(request);
    await own.until(() => own.told.some((event) => event.type === "logTrouble" && event.errno === "ENOSPC"));
    await expect
      .poll(async () => {
        const counters = (await own.keeper.snapshot()).processes[0]?.counters.stdout;
        return (counters?.logged ?? 0) + (counters?.dropped ?? 0);
      }, AT_LAST)
      .toBe(30_000_000);
    const full = (await own.keeper.snapshot()).processes[0]?.counters.stdout;
    expect(full?.failing).toBe("ENOSPC");
    expect(full?.dropped).toBeGreaterThan(20_000_000);
    expect(fs.statSync(log).size).toBe(full?.logged);
    expect(fs.readFileSync(log).at(-1)).toBe(10);
    execFileSync("mount", ["-o", "remount,size=16m", disk]);
    await own.keeper.writeStdin("full:disk", bytes("go\n"));
    await own.exit("full:disk");
    const end = (await own.keeper.snapshot()).processes[0]?.counters.stdout;
    expect(end).toEqual({ logged: (full?.logged ?? 0) + 11, dropped: full?.dropped, failing: null });
    const tail = fs.readFileSync(log, "latin1").slice(full?.logged);
    expect(tail).toBe(`[sup] dropped ${full?.dropped} bytes here: ENOSPC\nback\nagain\n`);
    expect(own.told).toContainEqual({
      type: "logTrouble",
      key: "full:disk",
      stream: "stdout",
      errno: null,
      dropped: full?.dropped,
    });
    own.keeper.close();
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});

test("rotation under load keeps every byte of a fast program", async () => {
  const own = openKeeper(folder);
  const log = join(folder, "load");
  const script = `awk 'BEGIN { for (i = 0; i < 200000; i++) printf "%d %0" (i % 90 + 1) "d\\n", i, 0 }'`;
  await own.keeper.start(
    sh("load:a", script, { logs: { stdout: logTo(log, { maxbytes: 100_000, backups: 1000 }), stderr: "stdout" } }),
  );
  await own.exit("load:a");
  const expected = Array.from({ length: 200_000 }, (_, at) => `${at} ${"0".repeat((at % 90) + 1)}\n`).join("");
  const { files, text } = concatenation("load");
  expect(text === expected).toBe(true);
  expect(files.length).toBeGreaterThan(90);
  expect(files.slice(0, -1).every((each) => each.endsWith("\n") && each.length < 100_000 + 100)).toBe(true);
  own.keeper.close();
});

test("a log that somebody has emptied does not grow by zeros when the disk is full", () => {
  const disk = join(folder, "disk");
  fs.mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
  try {
    const file = new RotatingFile(join(disk, "log"), 0, 0);
    file.write(bytes("twenty bytes of text\n".repeat(5000)));
    fs.truncateSync(join(disk, "log"));
    file.write(bytes("half a li"));
    const ballast = fs.openSync(join(disk, "ballast"), "w");
    expect(() => {
      for (;;) fs.writeSync(ballast, Buffer.alloc(4096));
    }).toThrow("ENOSPC");
    fs.closeSync(ballast);
    const rest = "ne\n".repeat(10_000);
    const { logged, dropped } = file.write(bytes(rest));
    expect(file.failing).toBe("ENOSPC");
    expect(logged + dropped).toBe(rest.length);
    const text = fs.readFileSync(join(disk, "log"), "latin1");
    expect(text).not.toContain("\0");
    expect(text.length).toBe("half a li".length + logged);
    fs.rmSync(join(disk, "ballast"));
    file.write(bytes("back\n"));
    expect(fs.readFileSync(join(disk, "log"), "latin1")).toBe(
      `${text}[sup] dropped ${dropped} bytes here: ENOSPC\nback\n`,
    );
    file.close();
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});
