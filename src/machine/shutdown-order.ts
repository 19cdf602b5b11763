import type { GroupSpec, Model, ProcessSpec } from "../model/model.ts";

/**
 * The processes that start by themselves, in order: groups by (priority, name), members as their group lists them. Nothing
 * waits here: dependencies are held back by gates.
 */
export function autostartOrder(model: Pick<Model, "groups">): readonly ProcessSpec[] {
  return [...model.groups]
    .sort(byPriorityAndName)
    .flatMap((group) => group.processes.filter((process) => process.autostart));
}

/**
 * The order of a bulk start or stop: groups ascending, inside a group by ascending priority. Stopping goes ascending too,
 * as Supervisor's does, whatever its manual says: signals go out back to back, so only the daemon's shutdown has an order
 * that anyone can rely on.
 */
export function bulkOrder(groups: readonly GroupSpec[]): readonly ProcessSpec[] {
  return [...groups].sort(byPriorityAndName).flatMap((group) => ascending(group.processes));
}

/**
 * How the daemon goes down: waves, each to be signalled at once and awaited whole. Groups descending, strictly one after
 * another; a wave lists its members by descending priority. A program goes before whatever it depends on, in the same group
 * (which then takes several waves) or in another one (which is then brought forward, as far as needed).
 */
export function shutdownWaves(groups: readonly GroupSpec[]): readonly (readonly ProcessSpec[])[] {
  const order = [...groups]
    .sort(byPriorityAndName)
    .reverse()
    .map((group) => [...ascending(group.processes)].reverse());
  const everything = order.flat();
  const left = new Set(everything);
  const waves: ProcessSpec[][] = [];
  for (const members of order) {
    const targets = withDependents(members, everything);
    for (;;) {
      const rest = everything.filter((process) => left.has(process) && targets.has(process));
      if (rest.length === 0) break;
      const free = rest.filter((process) => !rest.some((other) => dependsOn(other, process)));
      // A circle (the config refuses them) must not keep the daemon from ending.
      const wave = free.length > 0 ? free : rest;
      waves.push(wave);
      for (const process of wave) left.delete(process);
    }
  }
  return waves;
}

/** The members and everything that, directly or not, needs one of them. */
function withDependents(members: readonly ProcessSpec[], everything: readonly ProcessSpec[]): ReadonlySet<ProcessSpec> {
  const found = new Set(members);
  // A set visits what is added during the visit.
  for (const needed of found) {
    for (const other of everything) if (dependsOn(other, needed)) found.add(other);
  }
  return found;
}

function dependsOn(dependent: ProcessSpec, needed: ProcessSpec): boolean {
  if (dependent.program === needed.program) return false;
  return dependent.dependsOn.some((dependency) => dependency.program === needed.program);
}

function ascending(processes: readonly ProcessSpec[]): readonly ProcessSpec[] {
  return [...processes].sort((a, b) => a.priority - b.priority);
}

function byPriorityAndName(a: GroupSpec, b: GroupSpec): number {
  return a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
