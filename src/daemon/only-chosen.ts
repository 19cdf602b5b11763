import type { Model, ProcessSpec } from "../model/model.ts";
import { nameProblem, selects } from "../model/select-processes.ts";

/** The chosen processes and all that they depend on, directly or not. */
export function onlyChosen(model: Model, names: readonly string[]): ((spec: ProcessSpec) => boolean) | null {
  if (names.length === 0) return null;
  const all = model.groups.flatMap((group) => group.processes);
  const needed = new Set(all.filter((spec) => selects(names, spec)));
  // A set visits what is added during the visit.
  for (const spec of needed) {
    const programs = new Set(spec.dependsOn.map((dependency) => dependency.program));
    for (const other of all) if (programs.has(other.program)) needed.add(other);
  }
  return (spec) => needed.has(spec);
}

/** What is wrong with the names, in words; `null` if each means something in the model. */
export function chosenInVain(model: Model, names: readonly string[]): string | null {
  return nameProblem(
    names,
    model.groups.flatMap((group) => group.processes),
  );
}
