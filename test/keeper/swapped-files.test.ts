import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PlainTarget } from "../../src/keeper/output/plain-target.ts";
import { checkExecutable } from "../../src/keeper/spawn/check-executable.ts";
import { makeFolder, removeFolder } from "./harness.ts";

// Whoever owns a folder may put a FIFO in the place of what is in it, also between our look and our open. An open that waited for
// the other end would keep all programs waiting.
const swapped = vi.hoisted(() => ({ path: "", by: "" }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const swap = (path: unknown): void => {
    if (path !== swapped.path) return;
    swapped.path = "";
    real.renameSync(swapped.by, path as string);
  };
  const statSync = (...args: Parameters<typeof real.statSync>): unknown => {
    const found = real.statSync(...args);
    swap(args[0]);
    return found;
  };
  return { ...real, statSync, default: { ...real, statSync } };
});

let folder = "";
let rescuer: ChildProcess;
let fifo = "";
const hung = (): boolean => fs.existsSync(join(folder, "hung"));

beforeEach(() => {
  folder = makeFolder();
  fifo = join(folder, "thing");
  execFileSync("mkfifo", ["-m", "755", join(folder, "fifo")]);
  // Without whom a keeper that waits would never come back.
  const script = `sleep 20; : > ${join(folder, "hung")}; timeout 20 sh -c ': <> ${fifo}; : < ${fifo} & : > ${fifo}'`;
  rescuer = spawn("sh", ["-c", script], { stdio: "ignore" });
});
afterEach(async () => {
  rescuer.kill("SIGKILL");
  await removeFolder(folder);
});

test("a program's file that becomes a FIFO as it is looked at is waited for by nobody", () => {
  fs.writeFileSync(fifo, "#!/bin/sh\n", { mode: 0o755 });
  Object.assign(swapped, { path: fifo, by: join(folder, "fifo") });
  checkExecutable(fifo);
  expect(fs.lstatSync(fifo).isFIFO()).toBe(true);
  expect(hung()).toBe(false);
});

test("a log that is no file, and becomes a FIFO as it is opened, is waited for by nobody", () => {
  fs.symlinkSync("/dev/null", fifo);
  Object.assign(swapped, { path: fifo, by: join(folder, "fifo") });
  expect(() => new PlainTarget(fifo)).toThrow("ENXIO");
  expect(fs.lstatSync(fifo).isFIFO()).toBe(true);
  expect(hung()).toBe(false);
  // And one that stays what it is is written to.
  const null_ = new PlainTarget("/dev/null");
  expect(null_.write(new TextEncoder().encode("x"))).toEqual({ logged: 1, dropped: 0 });
  return null_.close();
});
