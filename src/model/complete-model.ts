import type { Model } from "./model.ts";

/**
 * A model that another version made, with everything that this version knows besides: what it lacks has its default, as in
 * `reference`, a model of one program about which nothing was said. So a supervisor of a new version can go on with the model
 * that is in force, and is not told by an edit of the config that everything changed.
 */
export function completeModel(model: Model, reference: Model): Model {
  const [group] = reference.groups;
  const [process] = group?.processes ?? [];
  const { groups, ...rest } = model;
  const { groups: _, ...defaults } = reference;
  return {
    ...complete(rest, defaults),
    groups: groups.map((one) => ({
      ...complete({ ...one, processes: [] }, group),
      processes: one.processes.map((spec) => complete(spec, process)),
    })),
  };
}

/** `value` with what only `defaults` has, at any depth. Lists are values, not to be mixed. */
function complete<T>(value: T, defaults: unknown): T {
  if (!isRecord(value) || !isRecord(defaults)) return value;
  const missing = Object.entries(defaults).filter(([key]) => !Object.hasOwn(value, key));
  const present = Object.entries(value).map(([key, own]) => [key, complete(own, defaults[key])]);
  return Object.fromEntries([...present, ...missing]) as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
