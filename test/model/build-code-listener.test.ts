import { describe, expect, test } from "vitest";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config, ListenerConfig } from "../../src/model/config.ts";
import { planChange } from "../../src/model/plan/plan.ts";
import { splitCommand } from "../../src/model/text/shell-words.ts";
import { testWorld } from "./support/test-world.ts";

const handler: ListenerConfig["handler"] = () => {};
const command = ["/bin/sh", "-c", 'exec "$0" 3>&1', "/opt/my node/node", "--config", "/srv/it's %(here)s 100%.ts"];

function build(config: Config, words: readonly string[] = command, uid: number | null = null) {
  return buildModel(config, { ...testWorld(), listeners: { command: words, uid } });
}

function groupOf(listener: Partial<ListenerConfig>, uid: number | null = null) {
  const result = build({ listeners: { ear: { events: ["TICK"], handler, ...listener } } }, command, uid);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const [group] = result.value.groups;
  if (group === undefined) throw new Error("no group");
  return group;
}

function problemsOf(config: Config): readonly string[] {
  const result = build(config);
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

describe("a listener of the config", () => {
  test("becomes an event listener that loads the config, whatever its path looks like", () => {
    const group = groupOf({ events: ["process_state" as never, "TICK_5", "TICK_5"], bufferSize: 3 });
    expect(group).toMatchObject({ name: "ear", kind: "eventlistener", priority: -1 });
    expect(group.listener).toEqual({ events: ["PROCESS_STATE", "TICK_5"], bufferSize: 3 });
    expect(splitCommand(group.processes[0]?.command ?? "")).toEqual({
      ok: true,
      words: [...command, "--listener", "ear"],
    });
    expect(group.processes[0]).toMatchObject({ autorestart: true, stdout: { logfile: { kind: "none" } } });
  });

  test("asks for lengths in bytes, and cannot be talked out of it", () => {
    expect(groupOf({ environment: { A: 1, SUP_EVENT_LEN: "characters" } }).processes[0]?.environment).toEqual({
      A: "1",
      SUP_EVENT_LEN: "bytes",
    });
  });

  test("runs as the owner of the config unless it says otherwise", () => {
    expect(groupOf({}, 1000).processes[0]?.uid).toBe(1000);
    expect(groupOf({}, null).processes[0]?.uid).toBe(null);
    expect(groupOf({ user: "root" }, 1000).processes[0]?.uid).toBe(0);
  });

  test("restarts when the code does, and nothing else does", () => {
    const config: Config = { programs: { web: { command: "x" } }, listeners: { ear: { events: ["TICK"], handler } } };
    const [before, after] = [build(config, [...command, "--build", "1"]), build(config, [...command, "--build", "2"])];
    if (!before.ok || !after.ok) throw new Error("no model");
    const actions = planChange(before.value, after.value).processes.map(({ key, action }) => [key, action]);
    expect(actions).toEqual([
      ["ear:ear", "restart"],
      ["web:web", "unchanged"],
    ]);
  });

  test.each<[Config, string]>([
    [
      { listeners: { ear: { events: ["TICK_6" as never], handler } } },
      "Unknown event type TICK_6 in [eventlistener:ear] events",
    ],
    [
      { listeners: { ear: { events: ["TICK"], handler, bufferSize: 0 } } },
      "[eventlistener:ear] section sets invalid buffer_size (0)",
    ],
    [{ listeners: { "a:b": { events: ["TICK"], handler } } }, "Invalid name: 'a:b' because of character: ':'"],
    [
      { programs: { ear: { command: "x" } }, listeners: { ear: { events: ["TICK"], handler } } },
      "programs.ear and listeners.ear are two groups with the same name",
    ],
  ])("is checked like any other: %j", (config, message) => {
    expect(problemsOf(config)).toContain(message);
  });

  test("is refused where there are no functions", () => {
    const result = buildModel({ listeners: { ear: { events: ["TICK"], handler } } }, testWorld());
    expect(result).toMatchObject({ ok: false, problems: [{ path: ["listeners", "ear"] }] });
  });
});
