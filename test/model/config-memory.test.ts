import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig, ConfigMemory } from "../../src/model/check-config.ts";
import { lintModel } from "../../src/model/lint.ts";
import type { GroupSpec, Model } from "../../src/model/model.ts";
import { planChange } from "../../src/model/plan/plan.ts";
import type { World } from "../../src/model/world.ts";
import { testWorld } from "./support/test-world.ts";

// What is remembered of earlier versions of a config may save work, and nothing else: every answer is compared with that of
// somebody who remembers nothing.

/** A machine that changes from one version to the next, and notes which env files it was asked for. */
interface Machine {
  readonly env: Readonly<Record<string, string>>;
  readonly hasVar: boolean;
  readonly hasWeb: boolean;
  readonly color: string | null;
  /** Of the compiled config, part of the command of its listeners. */
  readonly build: string;
}

function worldOf({ env, hasVar, hasWeb, color, build }: Machine, asked: Set<string> = new Set()): World {
  const world = testWorld(env);
  return {
    ...world,
    isDirectory: (path) => world.isDirectory(path) && (hasVar || !path.startsWith("/var")),
    findUser: (name) => (hasWeb || name !== "web" ? world.findUser(name) : null),
    readEnvFile: (file) => {
      asked.add(file);
      return color === null
        ? { ok: false, missing: true, reason: "there is no such file" }
        : { ok: true, variables: { COLOR: color } };
    },
    listeners: { command: ["node", "listener.cjs", build], uid: null },
  };
}

/** Mistakes are rare in each value, so that of the configs about half have none. */
function mostly<T>(sound: readonly T[], mistaken: readonly unknown[] = []): fc.Arbitrary<unknown> {
  const weights = [{ weight: 60, arbitrary: fc.constantFrom(...sound) as fc.Arbitrary<unknown> }];
  return fc.oneof(...weights, ...mistaken.map((one) => ({ weight: 1, arbitrary: fc.constant(one) })));
}

const name = mostly(["a", "b", "c", "web", "toString"], ["__proto__", "bad:name"]) as fc.Arbitrary<string>;
const options = {
  command: mostly(
    ["run", "run %(program_name)s %(process_num)d", "run > out", "say 'no end", "%(ENV_PATH)s", "%(here)s/x", ""],
    ["%(nothing", "%(ENV_X)s", 5],
  ),
  numprocs: mostly([1, 3]),
  processName: mostly(["%(program_name)s_%(process_num)d"], ["%(program_name)s", "%(group_name)s"]),
  priority: mostly([1, 999], ["high"]),
  startsecs: mostly([0, "2s"], ["soon", -1]),
  exitcodes: mostly([0, [0, 2]], [[300]]),
  stopsignal: mostly(["INT", 15], ["TERMM"]),
  user: mostly(["root", "web"], ["nobody-here"]),
  directory: mostly(["/srv"], ["%(x"]),
  environment: mostly([{ X: "own" }, { Y: "%(ENV_PATH)s" }, { X: 1, Z: true }, {}], [{ Y: "%(ENV_X)s" }, { Y: [] }]),
  envFile: mostly(["app.env", [{ path: "%(program_name)s.env", required: false }]], ["%(x"]),
  stdoutLogfile: mostly(["/var/log/%(program_name)s.log", "NONE"], ["/nowhere/x.log"]),
  dependsOn: mostly([["one"], { two: "ready" }], [["missing"], { one: "redy" }, ["a"]]),
  health: mostly([{ ready: { tcp: 80 } }, { ready: { log: "up" } }], [{ ready: {} }]),
  stopasgroup: mostly([true, false]),
};
const plain = fc.record({ command: options.command, priority: options.priority }, { requiredKeys: ["command"] });
const rich = fc.record(options, { requiredKeys: ["command"] });
const program = fc.oneof(
  { weight: 60, arbitrary: fc.oneof(plain, rich) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      5,
      null,
      [],
      {},
      { comand: "misspelt" },
      { command: "x", killasgroup: false, stopasgroup: true },
    ),
  },
);
/** Own properties, also for __proto__, as JSON.parse makes them. */
const byName = (names: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>, max: number) =>
  fc.uniqueArray(fc.tuple(names, value), { selector: ([key]) => key, maxLength: max }).map(Object.fromEntries);
const always = { one: { command: "one" }, two: { command: "two %(group_name)s" } };
const config = fc
  .record(
    {
      programs: byName(name, program, 6),
      fcgiPrograms: byName(
        mostly(["php", "rack"], ["web"]) as fc.Arbitrary<string>,
        fc.tuple(program, mostly(["unix:///run/x.sock", "tcp://h:1"], ["nonsense"])).map(mixed("socket")),
        2,
      ),
      eventlisteners: byName(
        mostly(["l1", "l2"], ["a"]) as fc.Arbitrary<string>,
        fc.tuple(program, mostly([["TICK_5"]], [["NO_SUCH"], []])).map(mixed("events")),
        2,
      ),
      listeners: byName(
        mostly(["c1"], ["l1"]) as fc.Arbitrary<string>,
        mostly([{ events: ["TICK_5"], handler: true }], [{ events: [], handler: true }]),
        1,
      ),
      groups: byName(
        mostly(["g", "h"], ["a"]) as fc.Arbitrary<string>,
        fc.record({
          programs: fc.uniqueArray(mostly(["one", "two", "one"], ["missing", "php", "a"])),
          priority: options.priority,
        }),
        2,
      ),
      supervisord: mostly([{}, { environment: { X: "daemon" } }, { loglevel: "debug" }], [{ loglevel: "loud" }]),
    },
    { requiredKeys: [] },
  )
  .chain((sound) =>
    mostly([{}], [{ program: {} }, { programs: [] }, { groups: 5 }]).map(
      (wrong): Readonly<Record<string, unknown>> => ({
        ...sound,
        programs: { ...always, ...sound.programs },
        ...(wrong as object),
      }),
    ),
  );

function mixed(key: string) {
  return ([one, more]: [unknown, unknown]): unknown =>
    typeof one === "object" && one !== null && !Array.isArray(one) ? { ...one, [key]: more } : one;
}

const machine = fc.record({
  env: fc.constantFrom({}, { X: "one" }, { X: "two" }),
  hasVar: fc.constantFrom(true, true, true, false),
  hasWeb: fc.constantFrom(true, true, true, false),
  color: fc.constantFrom("red", "blue", "red", null),
  build: fc.constantFrom("1", "2"),
});

/** Versions of one config: each changes single programs of the one before, some are written anew. */
const versions = fc
  .tuple(
    config,
    fc.array(
      fc.record({
        anew: fc.option(config, { freq: 6 }),
        part: fc.constantFrom("programs", "fcgiPrograms", "eventlisteners"),
        name,
        program: fc.option(program, { freq: 4 }),
        machine: fc.option(machine, { freq: 3 }),
      }),
      { minLength: 2, maxLength: 8 },
    ),
    machine,
  )
  .map(([first, edits, started]) => {
    let value: Readonly<Record<string, unknown>> = first;
    let current: Machine = started;
    const all = [{ value, machine: current }];
    for (const edit of edits) {
      const part = new Map(Object.entries((value[edit.part] as Readonly<Record<string, unknown>> | undefined) ?? {}));
      if (edit.program === null) part.delete(edit.name);
      else part.set(edit.name, edit.program);
      value = edit.anew ?? { ...value, [edit.part]: Object.fromEntries(part) };
      current = edit.machine ?? current;
      all.push({ value, machine: current });
    }
    // Each version is evaluated anew: nothing of it is the same object.
    return all.map((one) => ({ text: JSON.stringify(one.value), machine: one.machine }));
  });

describe("a memory of earlier versions of a config", () => {
  it("changes no model, no mistake, no doubt, no plan, and no file that is asked for", () => {
    let [sound, wrong] = [0, 0];
    fc.assert(
      fc.property(versions, (all) => {
        const memory = new ConfigMemory();
        let [before, beforeAnew]: [Model | null, Model | null] = [null, null];
        for (const { text, machine } of all) {
          const [asked, askedAnew] = [new Set<string>(), new Set<string>()];
          const remembered = checkConfig(JSON.parse(text), worldOf(machine, asked), memory);
          const anew = checkConfig(JSON.parse(text), worldOf(machine, askedAnew));
          // As text, since the order of keys and of mistakes is what users see.
          expect(JSON.stringify(remembered)).toBe(JSON.stringify(anew));
          expect([...asked]).toEqual([...askedAnew]);
          if (!remembered.ok || !anew.ok) {
            wrong++;
            continue;
          }
          sound++;
          expectFrozen(remembered.value);
          for (const scope of ["all", "commands"] as const)
            expect(lintModel(remembered.value, scope)).toEqual(lintModel(anew.value, scope));
          expect(planChange(before, remembered.value)).toEqual(planChange(beforeAnew, anew.value));
          [before, beforeAnew] = [remembered.value, anew.value];
        }
      }),
      { numRuns: 300 },
    );
    // Neither kind is rare.
    expect(Math.min(sound, wrong)).toBeGreaterThan(200);
  });

  const still: Machine = { env: {}, hasVar: true, hasWeb: true, color: "red", build: "1" };
  const groupsOf = (memory: ConfigMemory, value: unknown, machine: Machine = still): ReadonlyMap<string, GroupSpec> => {
    const outcome = checkConfig(structuredClone(value), worldOf(machine), memory);
    if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
    return new Map(outcome.value.groups.map((group) => [group.name, group]));
  };
  const written = {
    programs: {
      a: { command: "a" },
      b: { command: "b", user: "web", stdoutLogfile: "/var/log/b.log" },
      c: { command: "c", envFile: "c.env" },
      d: { command: "d" },
      e: { command: "e %(ENV_X)s" },
    },
    fcgiPrograms: { php: { command: "php", socket: "tcp://h:1" } },
    eventlisteners: { l: { command: "l", events: ["TICK_5"] } },
    groups: { g: { programs: ["d", "e"] } },
  };
  const daemon = { ...still, env: { X: "1" } };

  it("gives the very same groups for what did not change", () => {
    const memory = new ConfigMemory();
    const first = groupsOf(memory, written, daemon);
    const edited = { ...written, programs: { ...written.programs, a: { command: "other" } } };
    const second = groupsOf(memory, edited, { ...daemon, build: "2" });
    expect([...second.keys()].filter((key) => second.get(key) !== first.get(key))).toEqual(["a"]);
    // After a version with a mistake, too.
    const mistake = { ...edited, programs: { ...edited.programs, a: { comand: "a" } } };
    expect(checkConfig(mistake, worldOf(daemon), memory).ok).toBe(false);
    const third = groupsOf(memory, edited, daemon);
    expect([...third.keys()].filter((key) => third.get(key) !== second.get(key))).toEqual(["a"]);
  });

  it("gives the very same processes in a group of which one changed", () => {
    const memory = new ConfigMemory();
    const first = groupsOf(memory, written, daemon).get("g");
    const edited = { ...written, programs: { ...written.programs, d: { command: "other" } } };
    const second = groupsOf(memory, edited, daemon).get("g");
    expect(second?.processes[0]).not.toBe(first?.processes[0]);
    expect(second?.processes[1]).toBe(first?.processes[1]);
  });

  it.each<[string, Machine, readonly string[]]>([
    ["a user", { ...daemon, hasWeb: false }, ["Invalid user name web"]],
    [
      "a folder",
      { ...daemon, hasVar: false },
      ["The directory named as part of the path /var/log/b.log does not exist"],
    ],
    ["an env file", { ...daemon, color: null }, ["could not read envFile /etc/c.env: there is no such file"]],
  ])("tells at once that %s has gone, of a program that did not change", (_, machine, messages) => {
    const memory = new ConfigMemory();
    groupsOf(memory, written, daemon);
    const outcome = checkConfig(written, worldOf(machine), memory);
    expect(outcome.ok ? [] : outcome.problems.map(({ message }) => message)).toEqual(messages);
  });

  it("tells a mistake of a program in two groups also when it is in one of them only", () => {
    const memory = new ConfigMemory();
    const programs = { a: { command: "a", user: "nobody-here" } };
    for (const groups of [{ g: { programs: ["a"] }, h: { programs: ["a"] } }, { h: { programs: ["a"] } }]) {
      const outcome = checkConfig({ programs, groups }, worldOf(daemon), memory);
      expect(outcome.ok ? [] : outcome.problems.map(({ message }) => message)).toEqual([
        "Invalid user name nobody-here",
      ]);
    }
  });

  it("builds what an env file, or a variable of the daemon, has changed", () => {
    const memory = new ConfigMemory();
    const first = groupsOf(memory, written, daemon);
    const second = groupsOf(memory, written, { ...daemon, color: "blue" });
    expect(second.get("c")?.processes[0]?.environment).toEqual({ COLOR: "blue" });
    expect(second.get("b")).toBe(first.get("b"));
    const third = groupsOf(memory, written, { ...daemon, env: { X: "2" } });
    expect(third.get("g")?.processes[1]?.command).toBe("e 2");
  });
});

function expectFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (!Object.isFrozen(value)) expect(value).toBe("frozen");
  for (const part of Object.values(value)) expectFrozen(part);
}
