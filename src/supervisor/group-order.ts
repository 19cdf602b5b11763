import type { Model } from "../model/model.ts";
import type { Supervisor } from "./supervisor.ts";

/** Under which it is kept. Keys of processes have a colon. */
const KEY = "groupOrder";

/**
 * Keeps the order in which groups came. A group that an edit adds comes last, wherever the config has it, and is to stay
 * there when this process dies: lists that people and programs know do not change their order by themselves.
 *
 * To be called before there are any groups.
 */
export function keepGroupOrder(supervisor: Pick<Supervisor, "bus" | "groups" | "saveAlso">): void {
  let changed = false;
  const save = supervisor.saveAlso(() => {
    if (!changed) return {};
    changed = false;
    return { [KEY]: JSON.stringify([...supervisor.groups.keys()]) };
  });
  supervisor.bus.subscribe(({ type }) => {
    if (type !== "groupAdded" && type !== "groupRemoved" && type !== "groupRestored") return;
    changed = true;
    save();
  });
}

/**
 * The model with its groups in the order that was kept; those which it does not name come last, in the order in which the model
 * has them.
 */
export function inKeptOrder(model: Model, saved: Readonly<Record<string, string>>): Model {
  const names = JSON.parse(saved[KEY] ?? "[]") as string[];
  const places = new Map(names.map((name, at) => [name, at]));
  const place = (name: string): number => places.get(name) ?? places.size;
  return { ...model, groups: model.groups.toSorted((a, b) => place(a.name) - place(b.name)) };
}
