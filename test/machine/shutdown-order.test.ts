import { describe, expect, test } from "vitest";
import type { GroupSpec, ProcessSpec } from "../../src/model/model.ts";
import { shutdownWaves } from "../../src/machine/shutdown-order.ts";
import { groupSpec, needs, processSpec } from "./specs.ts";

const own = (name: string, priority: number, changes: Partial<ProcessSpec> = {}): GroupSpec =>
  groupSpec(name, priority, [processSpec(name, { priority, ...changes })]);
const names = (processes: readonly ProcessSpec[]): string => processes.map(({ name }) => name).join(" ");
const waves = (groups: readonly GroupSpec[]): string[] => shutdownWaves(groups).map(names);

// `h` before a group `g` whose programs are listed in another order than their priorities.
const h = own("h", 1);
const g = groupSpec("g", 5, [
  processSpec("a", { priority: 30 }),
  processSpec("b", { priority: 10 }),
  processSpec("c", { priority: 20 }),
]);

describe("a shutdown", () => {
  test("takes groups descending, one after the other, and members descending in one wave (B16)", () => {
    expect(waves([h, g])).toEqual(["a c b", "h"]);
  });

  test("takes members of equal priority in the opposite order of their group", () => {
    const same = groupSpec("s", 1, [processSpec("x"), processSpec("y"), processSpec("z")]);
    expect(waves([same])).toEqual(["z y x"]);
  });

  test("stops nothing if there is nothing", () => {
    expect(shutdownWaves([])).toEqual([]);
    expect(shutdownWaves([groupSpec("empty", 1, [])])).toEqual([]);
  });

  test("stops a program before what it depends on, in the same group", () => {
    const group = groupSpec("g", 1, [
      processSpec("web", needs("db", "cache")),
      processSpec("cache", needs("db")),
      processSpec("db"),
      processSpec("other"),
    ]);
    expect(waves([group])).toEqual(["other web", "cache", "db"]);
  });

  test("brings a dependent of a lower group forward, and only that", () => {
    const groups = [own("aside", 1), own("web", 2, needs("db")), own("db", 10)];
    expect(waves(groups)).toEqual(["web", "db", "aside"]);
  });

  test("goes through a chain of dependents to its end", () => {
    const groups = [own("a", 1, needs("b")), own("b", 2, needs("c")), own("c", 3, needs("d")), own("d", 4)];
    expect(waves(groups)).toEqual(["a", "b", "c", "d"]);
  });

  test("waits for all copies of a dependent before it stops all copies of what they need", () => {
    const copies = (program: string, changes: Partial<ProcessSpec> = {}): ProcessSpec[] =>
      [1, 2].map((number) => processSpec(`${program}${number}`, { program, ...changes }));
    const groups = [groupSpec("web", 1, copies("web", needs("db"))), groupSpec("db", 2, copies("db"))];
    expect(waves(groups)).toEqual(["web2 web1", "db2 db1"]);
  });

  test("does not wait for a dependency that does not exist, names itself or is named twice", () => {
    const groups = [own("a", 2, needs("ghost")), own("b", 1, needs("b", "a", "a"))];
    expect(waves(groups)).toEqual(["b", "a"]);
  });

  test("ends although dependencies go in a circle, and still stops first what depends on the circle", () => {
    const groups = [own("a", 3, needs("b")), own("b", 2, needs("a")), own("c", 1, needs("a"))];
    expect(waves(groups)).toEqual(["c", "a b"]);
  });

  const many = (needed: (index: number) => readonly string[]): GroupSpec[] =>
    Array.from({ length: 1000 }, (_, index) => own(`p${index}`, index, needs(...needed(index))));
  test.each([
    ["no dependencies", () => []],
    ["a chain up", (index: number) => (index < 999 ? [`p${index + 1}`] : [])],
    ["a chain down", (index: number) => (index > 0 ? [`p${index - 1}`] : [])],
    ["all on one", (index: number) => (index > 0 ? ["p0"] : [])],
    ["one on all", (index: number) => (index === 0 ? Array.from({ length: 999 }, (_, other) => `p${other + 1}`) : [])],
  ] as const)("of a thousand groups with %s takes far less than 100 ms of CPU", (_, needed) => {
    const groups = many(needed);
    shutdownWaves(groups);
    // Of CPU: what else the machine does is not ours.
    const took = Math.min(
      ...[1, 2, 3].map(() => {
        const begun = process.cpuUsage();
        expect(shutdownWaves(groups).flat()).toHaveLength(1000);
        const { user, system } = process.cpuUsage(begun);
        return (user + system) / 1000;
      }),
    );
    expect(took).toBeLessThan(50);
  });

  test("of a thousand programs stops every dependent in an earlier wave", () => {
    const groups = many((index) =>
      [index * 7 + 1, index * 3 + 2].filter((other) => other < 1000).map((other) => `p${other}`),
    );
    const wave = new Map(
      shutdownWaves(groups).flatMap((members, at) => members.map(({ name }) => [name, at] as const)),
    );
    expect(wave.size).toBe(1000);
    for (const { processes } of groups)
      for (const process of processes)
        for (const { program } of process.dependsOn)
          expect(wave.get(process.name)).toBeLessThan(wave.get(program) ?? -1);
  });
});
