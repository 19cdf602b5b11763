import { afterEach, beforeEach, expect, test } from "vitest";
import { marked, modelOf, World } from "./world.ts";

// What a killed supervisor has begun, and no config has any more.

let world: World;
beforeEach(async () => {
  world = new World();
  await world.begin([marked("web", "old", { directory: world.folder })]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
});
afterEach(() => world.close());

test("what nobody takes up is ended, and begins anew if it comes back", async () => {
  await world.supervisor.stopAndWait(world.process("web"));
  world.supervisor.requestStart(world.process("web"));
  await world.until("web", ({ life }) => life.state === "RUNNING" && life.incarnation === 2);
  const next = await world.successor(world.supervisor, modelOf([]));
  await next.dropInherited();
  expect(await world.living()).toEqual([]);
  expect((await world.keeper.snapshot()).saved["web:web"]).toBeUndefined();
  const [group] = modelOf([marked("web", "new", { directory: world.folder })]).groups;
  next.addGroup(group!, { autostart: true });
  await world.until("web", ({ life }) => life.state === "RUNNING", next);
  expect(world.lines.filter((line) => line.includes("spawnerr"))).toEqual([]);
});

test("what comes back while it is being ended is taken up, and not killed when it has been started again", async () => {
  const next = await world.successor(world.supervisor, modelOf([]));
  const gone = next.dropInherited();
  const [group] = modelOf([marked("web", "new", { directory: world.folder })]).groups;
  next.addGroup(group!, { autostart: true });
  await gone;
  await world.until("web", ({ life }) => life.state === "RUNNING" && life.incarnation === 2, next);
  expect(world.lines.filter((line) => line.includes("spawnerr"))).toEqual([]);
});
