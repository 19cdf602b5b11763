import { afterEach, beforeEach, expect, test } from "vitest";
import type { Model, ProcessSpec } from "../../src/model/model.ts";
import { planChange } from "../../src/model/plan/plan.ts";
import { stop } from "../../src/rpc/control.ts";
import { EditsUnderWay } from "../../src/supervisor/edits-under-way.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { groupSpec, processSpec } from "../machine/specs.ts";
import { modelOf, World } from "./world.ts";

// Programs that go and come again: in another group, or by an edit that waits for the one that takes them out. What they were, they
// are again, whoever dies meanwhile.

let world: World;
let edits: EditsUnderWay;
beforeEach(() => {
  world = new World();
  edits = new EditsUnderWay(world.supervisor);
});
afterEach(() => world.close());

/** Takes a moment to stop. */
function web(rest: Partial<ProcessSpec> = {}): ProcessSpec {
  const command = `/bin/sh -c 'trap "sleep 0.1; exit" TERM; while :; do sleep 0.02; done'`;
  return processSpec("web", { command, startsecs: 0, stopwaitsecs: 60, ...rest });
}

/** The program in this group, and in none for `null`. */
function model(group: string | null, rest: Partial<ProcessSpec> = {}): Model {
  return { ...modelOf([]), groups: group === null ? [] : [groupSpec(group, 999, [web({ group, ...rest })])] };
}

function edit(next: Model): Promise<void> {
  return edits.apply(planChange({ ...next, groups: edits.groups() }, next), next);
}

async function begin(rest: Partial<ProcessSpec> = {}): Promise<void> {
  await world.begin([web(rest)]);
  if (rest.autostart === false) world.supervisor.startNow(world.process("web"));
  await world.until("web", ({ life }) => life.state === "RUNNING");
}

async function state(group: string, supervisor = world.supervisor): Promise<string> {
  const process = supervisor.find(group, "web");
  if (process === null) return "there is none";
  await supervisor.until(process, () => !["STARTING", "STOPPING"].includes(process.life.state));
  return process.life.state;
}

/** Another supervisor, for which what was in force last is this. */
async function successor(inForce: Model): Promise<Supervisor> {
  const next = await world.successor(world.supervisor, inForce);
  edits = new EditsUnderWay(next);
  return next;
}

test("who is stopped while one edit takes it out and another brings it back stays so", async () => {
  await begin();
  const both = [edit(model(null)), edit(model("web"))];
  await stop(world.supervisor, { names: ["web"] });
  await Promise.all(both);
  expect(await state("web")).toBe("STOPPED");
  // A later edit has it as one that is new.
  await edit(model(null));
  await edit(model("web"));
  expect(await state("web")).toBe("RUNNING");
});

test("who is stopped while it moves stays so", async () => {
  await begin();
  const moved = edit(model("front"));
  await stop(world.supervisor, { names: ["web"] });
  await moved;
  expect(await state("front")).toBe("STOPPED");
});

test("who was started by hand runs on where an edit moves it to", async () => {
  await begin({ autostart: false });
  await edit(model("front", { autostart: false }));
  expect(await state("front")).toBe("RUNNING");
});

test("who never ran does not run where an edit moves it to", async () => {
  await world.begin([web({ autostart: false })]);
  await edit(model("front", { autostart: false }));
  expect(await state("front")).toBe("STOPPED");
});

test.each([
  ["while it is being stopped", false],
  ["when it is gone, and has not come yet", true],
])("a supervisor that dies while it moves a program, %s, leaves no program behind that is stopped", async (_, gone) => {
  await begin();
  const moved = edit(model("front"));
  if (gone) {
    await moved;
    // As if it had died a line earlier.
    await world.supervisor.stopAndWait(world.supervisor.find("front", "web")!);
    world.supervisor.removeGroup("front");
  }
  const next = await successor(model("web"));
  await edit(model("front"));
  expect(await state("front", next)).toBe("RUNNING");
  expect(await world.living()).toEqual(["front:web"]);
});

test("nor does one that dies while it takes a program out, where that edit is undone", async () => {
  await begin();
  void edit(model(null));
  const next = await successor(model("web"));
  await edit(model("web"));
  await next.until(next.find("web", "web")!, () => next.find("web", "web")?.life.state === "RUNNING");
  expect(next.find("web", "web")?.life.incarnation).toBe(2);
});
