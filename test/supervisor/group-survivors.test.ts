import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/clock/clock.ts";
import { GroupSurvivors } from "../../src/supervisor/group-survivors.ts";
import type { ExitedInput } from "../../src/machine/input.ts";
import { eventually, openKeeper, removeFolder, sh, type TestKeeper } from "../keeper/harness.ts";

let opened: TestKeeper | null = null;
afterEach(async () => {
  if (opened === null) return;
  for (const program of opened.keeper.programs.values()) program.signal(9, "group");
  opened.keeper.close();
  await removeFolder(opened.folder);
  opened = null;
});

const exited: ExitedInput = { type: "exited", code: 3, signal: null, unknown: false };

async function ended(
  script: string,
): Promise<{ keeper: TestKeeper["keeper"]; told: ExitedInput[]; survivors: GroupSurvivors }> {
  opened = openKeeper();
  const { keeper } = opened;
  await keeper.start(sh("a:a", script));
  await opened.exit("a:a");
  const told: ExitedInput[] = [];
  return { keeper, told, survivors: new GroupSurvivors(keeper, systemClock, "a:a", (exit) => told.push(exit)) };
}

test("an end is held back until the last of the group is gone", async () => {
  const { keeper, told, survivors } = await ended("sleep 1000 & exit 3");
  survivors.hold(exited);
  expect((await keeper.signal("a:a", 0, "group")).ok).toBe(true);
  expect(told).toEqual([]);
  expect(survivors.held).toEqual(exited);
  await keeper.signal("a:a", 9, "group");
  await eventually(() => told.length > 0);
  expect(told).toEqual([exited]);
  expect(survivors.held).toBeNull();
});

test("an end that leaves nobody behind is told as soon as the keeper has answered", async () => {
  const { told, survivors } = await ended("exit 3");
  survivors.hold(exited);
  await eventually(() => told.length > 0);
  expect(told).toEqual([exited]);
});

test("what was called off is not told", async () => {
  const { keeper, told, survivors } = await ended("sleep 1000 & exit 3");
  survivors.hold(exited);
  survivors.cancel();
  await keeper.signal("a:a", 9, "group");
  while ((await keeper.signal("a:a", 0, "group")).ok) await new Promise(setImmediate);
  expect(told).toEqual([]);
});
