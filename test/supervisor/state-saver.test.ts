import { expect, test } from "vitest";
import type { Keeper } from "../../src/protocol/keeper.ts";
import { StateSaver } from "../../src/supervisor/state-saver.ts";

/** A saver of what is in `states`, and what it has saved. */
function makeSaver() {
  const states = new Map<string, string>();
  const saved: [number, Readonly<Record<string, string | null>>][] = [];
  const keeper: Pick<Keeper, "acknowledge"> = { acknowledge: (seq, changes) => void saved.push([seq, changes]) };
  const saver = new StateSaver(keeper as Keeper, (key) => states.get(key) ?? null);
  return { states, saved, saver };
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

test("what has changed in one turn is saved once, with the events that led to it", async () => {
  const { states, saved, saver } = makeSaver();
  states.set("a:a", "one");
  saver.note("a:a");
  saver.note("b:b");
  expect([saver.isNews(3), saver.isNews(3)]).toEqual([true, false]);
  states.set("a:a", "two");
  expect(saved).toEqual([]);
  await turn();
  expect(saved).toEqual([[3, { "a:a": "two", "b:b": null }]]);
});

test("what went with something else is not saved again, unless it has changed since, or in a later turn", async () => {
  const { states, saved, saver } = makeSaver();
  for (const key of ["a:a", "b:b"]) states.set(key, "STARTING");
  expect([saver.take("a:a"), saver.take("b:b"), saver.take("c:c")]).toEqual(["STARTING", "STARTING", undefined]);
  states.set("b:b", "STOPPING");
  await turn();
  expect(saved).toEqual([[0, { "b:b": "STOPPING", "c:c": null }]]);
  saver.note("a:a");
  await turn();
  expect(saved[1]).toEqual([0, { "a:a": "STARTING" }]);
});
