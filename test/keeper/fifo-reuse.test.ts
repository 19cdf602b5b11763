import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { areAsNew, fifoNames } from "../../src/keeper/spawn/fifo-reuse.ts";
import { eventually, logTo, makeFolder, openKeeper, removeFolder, sh, unread } from "./harness.ts";

function makeFifos(folder: string) {
  const at = (name: string): string => join(folder, name);
  const fifos = { stdin: at("in"), stdout: at("out"), stderr: null, life: at("life") };
  execFileSync("mkfifo", ["-m", "600", ...fifoNames(fifos)]);
  return fifos;
}

test("fifos that nobody has open are as new; those that somebody has open or has changed are not", async () => {
  const folder = makeFolder();
  const fifos = makeFifos(folder);
  expect(areAsNew(fifos)).toBe(true);
  for (const path of fifoNames(fifos)) {
    const holder = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    fs.writeSync(holder, "left");
    expect(areAsNew(fifos), path).toBe(false);
    fs.closeSync(holder);
    expect(areAsNew(fifos), path).toBe(true);
    const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    expect(fs.readSync(reader, Buffer.alloc(10)), "what was left is gone").toBe(0);
    fs.closeSync(reader);
    fs.chmodSync(path, 0o640);
    expect(areAsNew(fifos), path).toBe(false);
    fs.chmodSync(path, 0o600);
  }
  fs.rmSync(fifos.stdin);
  expect(areAsNew(fifos)).toBe(false);
  fs.writeFileSync(fifos.stdin, "", { mode: 0o600 });
  expect(areAsNew(fifos)).toBe(false);
  await removeFolder(folder);
});

test("a program's next run has the same fifos, unless something of the last one lives", async () => {
  const own = openKeeper(makeFolder());
  const log = join(own.folder, "log");
  const logs = { stdout: logTo(log), stderr: "stdout" } as const;
  const names = (): string[] => fs.readdirSync(join(own.folder, "keeper", "fifo")).toSorted();
  const run = async (script: string, incarnation: number): Promise<void> => {
    expect(await own.keeper.start({ ...sh("a:a", script, { logs }), incarnation })).toMatchObject({ ok: true });
    await own.exit("a:a", incarnation);
    await unread(own);
  };
  await run("echo one", 1);
  const first = names();
  await run("echo two", 2);
  expect(names()).toEqual(first);
  // Its child has left all of its output behind but the life FIFO.
  const stop = join(own.folder, "stop");
  const waits = `while [ ! -e ${stop} ]; do sleep 0.1; done; echo late >> ${log}`;
  await run(`(${waits}) < /dev/null > /dev/null 2>&1 & echo three`, 3);
  await run("echo four", 4);
  expect(names()).not.toEqual(first);
  fs.writeFileSync(stop, "");
  await eventually(() => fs.readFileSync(log, "utf8") === "one\ntwo\nthree\nfour\nlate\n");
  own.keeper.close();
  await eventually(() => names().length === 0);
  await removeFolder(own.folder);
});
