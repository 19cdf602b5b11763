import { expect, test } from "vitest";
import { EventBus } from "../../src/events/event-bus.ts";
import type { Model } from "../../src/model/model.ts";
import { inKeptOrder, keepGroupOrder } from "../../src/supervisor/group-order.ts";
import { ProcessGroup } from "../../src/supervisor/process-group.ts";
import type { SupervisorEvent } from "../../src/supervisor/supervisor-event.ts";

const group = (name: string): ProcessGroup =>
  new ProcessGroup({ kind: "group", name, priority: 1, processes: [] } as unknown as ProcessGroup["spec"]);

/** Groups that come and go, and what is saved of them. */
function world() {
  const bus = new EventBus<SupervisorEvent>((error) => {
    throw error;
  });
  const groups = new Map<string, ProcessGroup>();
  const state = { changes: (): Readonly<Record<string, string | null>> => ({}), asked: 0 };
  keepGroupOrder({
    bus,
    groups,
    saveAlso: (changes) => {
      state.changes = changes;
      return () => void (state.asked += 1);
    },
  });
  const add = (name: string, type: "groupAdded" | "groupRestored" = "groupAdded"): void => {
    groups.set(name, group(name));
    bus.emit({ type, group: group(name) });
  };
  const remove = (name: string): void => {
    groups.delete(name);
    bus.emit({ type: "groupRemoved", group: group(name) });
  };
  return { bus, state, add, remove, save: () => state.changes() as Record<string, string> };
}

const ordered = (names: string, saved: Readonly<Record<string, string>>): string => {
  const model = { groups: [...names].map((name) => ({ name })) } as unknown as Model;
  return inKeptOrder(model, saved)
    .groups.map(({ name }) => name)
    .join("");
};

test("the order of groups is saved when one comes or goes, and then only", () => {
  const { bus, state, add, remove, save } = world();
  expect(save()).toEqual({});
  add("c", "groupRestored");
  add("a");
  add("b");
  expect(state.asked).toBe(3);
  const saved = save();
  expect(ordered("abc", saved)).toBe("cab");
  expect(save()).toEqual({});
  bus.emit({ type: "mood", mood: "running" });
  bus.emit({ type: "groupChanged", group: group("a") });
  expect([state.asked, save()]).toEqual([3, {}]);
  remove("c");
  add("c");
  expect(ordered("abc", { ...saved, ...save() })).toBe("abc");
});

test("groups that were not known come last, those that have gone leave no gap, and without a word the order is the config's", () => {
  const { add, save } = world();
  for (const name of ["d", "b", "x", "a"]) add(name);
  expect(ordered("abcde", save())).toBe("dbace");
  expect(ordered("bca", {})).toBe("bca");
});
