import { expect, test } from "vitest";
import { EventJournal } from "../../src/keeper/records/event-journal.ts";
import type { LogEvent } from "../../src/protocol/keeper.ts";

const logged = (key: string, data: string): LogEvent => ({ type: "log", key, pid: 7, stream: "stdout", data });

test("a flood of one program's output pushes out its own beginning, and nothing of others", () => {
  const journal = new EventJournal({ seq: 0, acknowledged: 0, entries: {} }, () => undefined);
  const flood = "x".repeat(64 * 1024);
  journal.add(logged("ear:ear", "READY"));
  for (let count = 0; count < 500; count += 1) {
    journal.add(logged("loud:loud", flood));
    if (count % 100 === 0) journal.add(logged("ear:ear", `RESULT ${count}`));
  }
  const kept = journal.pending.filter((event) => event.type === "log");
  const said = kept.filter((event) => event.key === "ear:ear").map((event) => event.data);
  expect(said).toEqual(["READY", "RESULT 0", "RESULT 100", "RESULT 200", "RESULT 300", "RESULT 400"]);
  const loud = kept.filter((event) => event.key === "loud:loud");
  expect(loud.length * (flood.length + 200)).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(loud.length).toBeGreaterThan(120);
  // The newest are left, in order.
  expect(loud.map((event) => event.seq)).toEqual(loud.map((event) => event.seq).toSorted((a, b) => a - b));
  expect(loud.at(-1)?.seq).toBe(journal.seq);
  journal.acknowledge(journal.seq, {});
  expect(journal.pending).toEqual([]);
  // All weight is gone with them: as many are kept as before.
  for (let count = 0; count < 500; count += 1) journal.add(logged("next:next", flood));
  expect(journal.pending).toHaveLength(loud.length);
});
