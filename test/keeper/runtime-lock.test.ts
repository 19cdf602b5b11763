import * as fs from "node:fs";
import { afterAll, expect, test } from "vitest";
import { findKeeper, lockRuntime } from "../../src/keeper/runtime-lock.ts";
import { makeFolder, removeFolder } from "./harness.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));

test("a folder has one owner, and none once it is gone, even if it goes while the owner is asked", async () => {
  expect(await findKeeper(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBeNull();
  expect(await lockRuntime(folder)).toBe(process.pid);
  expect(await findKeeper(folder)).toBe(process.pid);
  const found = findKeeper(folder);
  fs.rmSync(folder, { recursive: true });
  expect(await found).toBeNull();
  expect(await findKeeper(folder)).toBeNull();
});
