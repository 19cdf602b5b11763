import { expect, test } from "vitest";
import { countKills, MemoryKills, type KillCount } from "../../src/keeper/kernel/memory-kills.ts";

/** A count, and a clock, that the test moves. */
function world(): { kills: MemoryKills; file: string; count: number | null; now: number } {
  const at = { file: "/group/memory.events", count: 10 as number | null, now: 0 };
  const look = (): KillCount | null => (at.count === null ? null : { file: at.file, count: at.count });
  return Object.assign(at, { kills: new MemoryKills(look, () => at.now) });
}

test("what was killed since a start is told at the end, once for each end", () => {
  const at = world();
  const before = at.kills.before();
  expect(at.kills.since(before)).toBe(0);
  at.count = 12;
  expect(at.kills.since(before)).toBe(2);
  expect(at.kills.since(before)).toBe(1);
  expect(at.kills.since(before)).toBe(0);
  at.count = 13;
  expect(at.kills.since(before)).toBe(1);
});

test("one that is started after a kill has nothing to do with it", () => {
  const at = world();
  expect(at.kills.before()?.count).toBe(10);
  at.count = 11;
  at.now = 1000;
  expect(at.kills.since(at.kills.before())).toBe(0);
});

test("where many are started the count is looked at once a second", () => {
  const at = world();
  let looks = 0;
  const kills = new MemoryKills(
    () => ({ file: at.file, count: ++looks }),
    () => at.now,
  );
  for (at.now = 0; at.now < 3000; at.now += 10) kills.before();
  expect(looks).toBe(3);
});

test("nothing is said where nobody counts, or somebody else does", () => {
  const at = world();
  const before = at.kills.before();
  at.count = null;
  expect(at.kills.since(before)).toBe(0);
  at.count = 12;
  expect(at.kills.since(null)).toBe(0);
  at.file = "/another/memory.events";
  expect(at.kills.since(before)).toBe(0);
});

test("the kernel's own count is read, where there is one", () => {
  const found = countKills();
  if (found === null) return;
  expect(found.file).toMatch(/\/memory\.(events|oom_control)$/);
  expect(found.count).toBeGreaterThanOrEqual(0);
});
