import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Cgroups } from "../../src/keeper/kernel/cgroups.ts";
import { makeFolder, removeFolder } from "./harness.ts";

let folder = "";
beforeEach(() => {
  folder = makeFolder();
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await removeFolder(folder);
});

// Plain folders, which take what is written into them: what real groups do is tested with programs in them (group.test.ts).
test("what was born in a group is told of although we cannot get out of it; we get out as soon as we can", () => {
  const base = join(folder, "base");
  fs.mkdirSync(base);
  const groups = Reflect.construct(Cgroups, [folder, base]) as Cgroups;
  const obstacle = join(folder, "cgroup.procs");
  fs.mkdirSync(obstacle);
  expect(groups.inside(groups.make("one"), () => 4711)).toBe(4711);
  vi.advanceTimersByTime(3000);
  fs.rmdirSync(obstacle);
  vi.advanceTimersByTime(1000);
  expect(fs.readFileSync(obstacle, "utf8")).toBe(String(process.pid));
  expect(vi.getTimerCount()).toBe(0);
});
