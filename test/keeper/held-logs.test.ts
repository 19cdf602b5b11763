import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogFiles } from "../../src/keeper/output/log-files.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

let folder: string;
let log: string;
const files = new LogFiles();
beforeEach(() => {
  folder = makeFolder();
  log = join(folder, "log");
});
afterEach(async () => {
  files.close();
  await removeFolder(folder);
});

/** Whether we have the file open, whatever its name is by now. */
function isOpen(file: fs.Stats): boolean {
  return fs.readdirSync("/proc/self/fd").some((fd) => {
    const found = fs.statSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false });
    return found?.ino === file.ino && found.dev === file.dev;
  });
}

/** Writes a line, and lets go of the log as a program does that ends by itself. */
function write(text: string, maxbytes = 0): fs.Stats {
  const target = files.acquire(log, maxbytes, 1);
  target.write(Buffer.from(text));
  files.release(target, true);
  return fs.statSync(log);
}

const read = (name = "log"): string => fs.readFileSync(join(folder, name), "utf8");

test("one that may be wanted again at once stays open for a while, and is used again", async () => {
  const file = write("one\n");
  expect(isOpen(file)).toBe(true);
  const first = files.acquire(log, 0, 0);
  files.release(first, true);
  expect(files.acquire(log, 0, 0)).toBe(first);
  first.write(Buffer.from("two\n"));
  files.release(first, true);
  expect(read()).toBe("one\ntwo\n");
  await eventually(() => !isOpen(file));
});

test("all others are let go of at once", () => {
  const target = files.acquire(log, 0, 0);
  files.release(target);
  expect(isOpen(fs.statSync(log))).toBe(false);
});

test("what was moved away, removed, replaced or emptied meanwhile is as if it had been closed", () => {
  write("one\n");
  fs.renameSync(log, join(folder, "moved"));
  write("two\n");
  expect([read("moved"), read()]).toEqual(["one\n", "two\n"]);
  fs.rmSync(log);
  write("three\n");
  expect(read()).toBe("three\n");
  fs.renameSync(join(folder, "moved"), log);
  write("four\n");
  expect(read()).toBe("one\nfour\n");
  fs.truncateSync(log);
  write("five and more\n", 10);
  expect([read(), read("log.1")]).toEqual(["", "five and more\n"]);
  write("half");
  fs.renameSync(log, join(folder, "half"));
  files.clear(log);
  files.reopenAll();
  expect(read("half")).toBe("half");
});

test("a link that others may have put there meanwhile is not followed", () => {
  fs.mkdirSync(join(folder, "open"));
  fs.chmodSync(join(folder, "open"), 0o777);
  log = join(folder, "open", "log");
  write("ours\n");
  fs.writeFileSync(join(folder, "victim"), "");
  fs.rmSync(log);
  fs.symlinkSync(join(folder, "victim"), log);
  expect(() => write("not ours\n")).toThrow(/ELOOP/);
  expect(read("victim")).toBe("");
});

test("by another name it is found again, and what else is done by name is done to the name", () => {
  fs.symlinkSync(log, join(folder, "other"));
  const file = write("one\n");
  files.clear(log);
  expect(fs.statSync(log).size).toBe(0);
  const other = files.acquire(join(folder, "other"), 0, 0);
  other.write(Buffer.from("two\n"));
  expect(read()).toBe("two\n");
  files.release(other);
  expect(isOpen(file)).toBe(false);
  write("three\n");
  files.reopenAll();
  expect(isOpen(file)).toBe(false);
});

test("a program that ends by itself leaves its log open for a while, one that is stopped does not", async () => {
  const own = openKeeper(folder);
  const logs = { stdout: logTo(log), stderr: "stdout" } as const;
  await own.keeper.start(sh("a:a", "echo by itself", { logs }));
  await own.exit("a:a");
  const file = fs.statSync(log);
  expect(isOpen(file)).toBe(true);
  await own.keeper.start({ ...sh("a:a", "echo stops; exec sleep 1000", { logs }), incarnation: 2 });
  await eventually(() => read() === "by itself\nstops\n");
  await own.keeper.signal("a:a", 15, "process");
  await own.exit("a:a", 2);
  await eventually(() => !isOpen(file));
  await own.keeper.start({ ...sh("a:a", "echo again", { logs }), incarnation: 3 });
  await own.exit("a:a", 3);
  expect(isOpen(file)).toBe(true);
  own.keeper.close();
  expect(isOpen(file)).toBe(false);
});
