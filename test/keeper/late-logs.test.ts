import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogFiles } from "../../src/keeper/output/log-files.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh } from "./harness.ts";

// Logs that we have made for one stream alone: most programs write to one of their two, or to none.

let folder: string;
let log: string;
let files: LogFiles;
beforeEach(() => {
  folder = makeFolder();
  log = join(folder, "log");
  files = new LogFiles();
});
afterEach(async () => {
  files.close();
  await removeFolder(folder);
});

const openNames = (): string[] =>
  fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
const isOpen = (): boolean => openNames().some((name) => name.startsWith(log));
const line = (text: string): Buffer => Buffer.from(`${text}\n`);

test("one that is there is opened when something is written to it, and goes on where it ended", () => {
  fs.writeFileSync(log, "before\n", { mode: 0o600 });
  const target = files.acquire(log, 0, 0, true);
  expect([isOpen(), target.failing]).toEqual([false, null]);
  expect(target.write(Buffer.from("one\ntwo\nthr"))).toEqual({ logged: 11, dropped: 0 });
  target.write(line("ee"));
  expect([isOpen(), fs.readFileSync(log, "utf8")]).toEqual([true, "before\none\ntwo\nthree\n"]);
  expect(files.acquire(log, 0, 0)).toBe(target);
});

test("it rotates by what it held before", () => {
  fs.writeFileSync(log, "123456789\n");
  const target = files.acquire(log, 12, 1, true);
  target.write(line("abc"));
  target.write(line("def"));
  expect([fs.readFileSync(`${log}.1`, "utf8"), fs.readFileSync(log, "utf8")]).toEqual(["123456789\nabc\n", "def\n"]);
});

test("one that is not there is made at once", () => {
  files.acquire(log, 0, 0, true);
  expect([isOpen(), fs.existsSync(log)]).toEqual([true, true]);
});

test("what was removed before anything was written is made anew; what cannot be is counted, until it can", () => {
  fs.mkdirSync(join(folder, "logs"));
  log = join(folder, "logs/log");
  fs.writeFileSync(log, "");
  const target = files.acquire(log, 0, 0, true);
  fs.rmSync(join(folder, "logs"), { recursive: true });
  expect(target.write(line("lost"))).toEqual({ logged: 0, dropped: 5 });
  expect(target.failing).toBe("ENOENT");
  fs.mkdirSync(join(folder, "logs"));
  expect(target.write(line("kept"))).toEqual({ logged: 5, dropped: 0 });
  expect(fs.readFileSync(log, "utf8")).toBe("[sup] dropped 5 bytes here: ENOENT\nkept\n");
});

test("it may be emptied, reopened and let go of without ever having been open", () => {
  fs.writeFileSync(log, "before\n");
  const target = files.acquire(log, 0, 0, true);
  files.reopenAll();
  expect(isOpen()).toBe(false);
  files.clear(log);
  expect(fs.readFileSync(log, "utf8")).toBe("");
  files.release(target, true);
  const next = files.acquire(log, 0, 0, true);
  next.write(line("next"));
  expect(fs.readFileSync(log, "utf8")).toBe("next\n");
  files.release(next);
  expect(isOpen()).toBe(false);
});

test("how many are not open is known, whatever becomes of them", () => {
  const names = ["written", "released", "held", "shared"];
  const targets = names.map((name) => {
    fs.writeFileSync(`${log}-${name}`, "");
    return files.acquire(`${log}-${name}`, 0, 0, true);
  });
  expect(files.unopened).toBe(4);
  targets[0]?.write(line("x"));
  expect(files.unopened).toBe(3);
  if (targets[1] !== undefined) files.release(targets[1]);
  if (targets[2] !== undefined) files.release(targets[2], true);
  expect([files.acquire(`${log}-held`, 0, 0, true) === targets[2], files.unopened]).toEqual([false, 2]);
  files.acquire(`${log}-shared`, 0, 0);
  expect(files.unopened).toBe(2);
});

test("one that was removed is made again by the start of its program while another of its runs lingers, and by SIGUSR2", () => {
  for (const make of [() => void files.acquire(log, 0, 0, true), () => void files.reopenAll()]) {
    fs.writeFileSync(log, "");
    const target = files.acquire(log, 0, 0, true);
    fs.rmSync(log);
    make();
    expect([fs.existsSync(log), target.failing]).toEqual([true, null]);
    target.write(line("one"));
    expect(fs.readFileSync(log, "utf8")).toBe("one\n");
    files = new LogFiles();
    fs.rmSync(log);
  }
});

test("what is not as we made it is told when the program starts: a folder, a link to nowhere", () => {
  const code = (): unknown => {
    try {
      files.acquire(log, 0, 0, true);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
    return null;
  };
  fs.mkdirSync(log);
  expect(code()).toBe("EISDIR");
  fs.rmdirSync(log);
  fs.symlinkSync(join(folder, "none/log"), log);
  expect([code(), isOpen()]).toEqual([null, false]);
  fs.mkdirSync(join(folder, "none"));
  files.close();
  expect(code()).toBe(null);
});

test("a silent program costs no descriptor for its logs; one that writes, for the one it writes to", async () => {
  const { keeper } = openKeeper(join(folder, "keeper"));
  const own = (name: string) => {
    fs.writeFileSync(join(folder, name), "", { mode: 0o600 });
    return { ...logTo(join(folder, name)), openLate: true as const };
  };
  const start = async (key: string, script: string) =>
    await keeper.start({ ...sh(key, script), logs: { stdout: own(`${key}.out`), stderr: own(`${key}.err`) } });
  expect(await start("silent", "exec sleep 1000")).toMatchObject({ ok: true });
  expect(await start("speaks", "echo said >&2; exec sleep 1000")).toMatchObject({ ok: true });
  await eventually(() => fs.readFileSync(join(folder, "speaks.err"), "utf8") === "said\n");
  const open = openNames().filter((name) => /\.(out|err)$/.test(name));
  expect(open).toEqual([join(folder, "speaks.err")]);
  for (const key of ["silent", "speaks"]) await keeper.signal(key, 9, "group");
  await eventually(() => [...keeper.programs.values()].every((program) => !program.alive));
  keeper.close();
});
