import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findKeeper, lockRuntime } from "../../src/keeper/runtime-lock.ts";
import { makeFolder, removeFolder } from "./harness.ts";

const runtimes = [makeFolder(), makeFolder()] as const;
afterAll(() => Promise.all(runtimes.map(removeFolder)));

test("a folder has one owner, and none once what it is in is gone, even if that goes while the owner is asked", async () => {
  const folder = join(runtimes[0], "keeper");
  fs.mkdirSync(folder);
  expect(await findKeeper(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBe(process.pid);
  expect(await findKeeper(folder)).toBe(process.pid);
  const found = findKeeper(folder);
  fs.rmSync(runtimes[0], { recursive: true });
  expect(await found).toBeNull();
  expect(await findKeeper(folder)).toBeNull();
});

test("a folder that goes while it is taken, with the keeper that ends, is taken", async () => {
  const folder = join(runtimes[1], "keeper");
  fs.mkdirSync(folder);
  const locked = lockRuntime(folder);
  fs.rmSync(folder, { recursive: true });
  expect(await locked).toBeNull();
  expect(await findKeeper(folder)).toBe(process.pid);
  expect(await lockRuntime(folder)).toBe(process.pid);
});
