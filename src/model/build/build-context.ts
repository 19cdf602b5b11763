import type { Environment } from "../config.ts";
import type { ProcessSpec } from "../model.ts";
import type { BuildMemory } from "./build-memory.ts";
import { layered, type Names } from "../text/layered-names.ts";
import type { Problem } from "../problem.ts";
import { expandTemplate } from "../text/template.ts";
import type { World } from "../world.ts";

export type ConfigPath = readonly (string | number)[];

/** What all parts of building share: the machine, and the list on which mistakes are put. */
export class BuildContext {
  readonly world: World;
  /** `ENV_*` for the daemon's environment and the variables it adds for everybody. */
  readonly variables: Names;
  readonly #memory: BuildMemory;
  readonly #problems: ProblemList;

  constructor(world: World, variables: Names, memory: BuildMemory, problems: ProblemList = new ProblemList()) {
    this.world = world;
    this.variables = variables;
    this.#memory = memory;
    this.#problems = problems;
  }

  /** The same, with more variables known. Problems go on the same list. */
  withVariables(environment: Readonly<Record<string, string>>): BuildContext {
    const variables = layered(new Map(variableNames(environment)), this.variables);
    return new BuildContext(this.world, variables, this.#memory, this.#problems);
  }

  /** The processes of a program, from memory if nothing can have changed about them; see `BuildMemory`. */
  remembered(
    place: string,
    program: object,
    build: (context: BuildContext) => readonly ProcessSpec[],
  ): readonly ProcessSpec[] {
    return this.#memory.processes(place, program, this.world, (world) => {
      const before = this.#problems.found;
      const processes = build(new BuildContext(world, this.variables, this.#memory, this.#problems));
      return { processes, sound: this.#problems.found === before };
    });
  }

  /** In the order in which they were found. */
  get problems(): readonly Problem[] {
    return [...this.#problems.list.values()];
  }

  /** A program that is in two groups is built twice, but its mistakes are told once. */
  problem(path: ConfigPath, message: string, hint?: string, at?: "key"): void {
    this.#problems.found++;
    const key = JSON.stringify([path, message]);
    if (this.#problems.list.has(key)) return;
    this.#problems.list.set(key, { message, path, ...(at && { at }), ...(hint !== undefined && { hint }) });
  }

  /** Expands a text; one that cannot be expanded is a problem and comes back as it is. */
  expand(path: ConfigPath, text: string, names: Names, label: string): string {
    return this.expandOrTell(path, text, names, label) ?? text;
  }

  /** Expands a text; `null` for one that cannot be expanded, which is a problem: whatever it is for cannot be looked at. */
  expandOrTell(path: ConfigPath, text: string, names: Names, label: string): string | null {
    const result = expandTemplate(text, names, label);
    if (result.ok) return result.text;
    this.problem(path, result.message);
    return null;
  }

  /** Expands the values of an environment; keys are taken as they are. */
  expandEnvironment(path: ConfigPath, environment: Environment | undefined, names: Names): Record<string, string> {
    const pairs = Object.entries(environment ?? {}).map(([key, value]): [string, string] => [
      key,
      this.expand([...path, key], String(value), names, "environment"),
    ]);
    // fromEntries defines own properties, also for a variable called __proto__.
    return Object.fromEntries(pairs);
  }
}

/** Mistakes, each once, and how often one was found. */
class ProblemList {
  readonly list = new Map<string, Problem>();
  found = 0;
}

/** The names `ENV_X` for a set of variables. */
export function variableNames(environment: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[`ENV_${key}`, value]]));
}
