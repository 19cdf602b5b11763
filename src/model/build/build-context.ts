import type { Environment } from "../config.ts";
import type { FormatValue } from "../text/percent-number.ts";
import type { Problem } from "../problem.ts";
import { expandTemplate } from "../text/template.ts";
import type { World } from "../world.ts";

export type ConfigPath = readonly (string | number)[];
export type Names = ReadonlyMap<string, FormatValue>;

/** What all parts of building share: the machine, and the list on which mistakes are put. */
export class BuildContext {
  readonly world: World;
  /** `ENV_*` for the daemon's environment and the variables it adds for everybody. */
  readonly variables: Names;
  readonly #problems: Map<string, Problem>;

  constructor(world: World, variables: Names, problems: Map<string, Problem> = new Map()) {
    this.world = world;
    this.variables = variables;
    this.#problems = problems;
  }

  /** The same, with more variables known. Problems go on the same list. */
  withVariables(environment: Readonly<Record<string, string>>): BuildContext {
    return new BuildContext(this.world, new Map([...this.variables, ...variableNames(environment)]), this.#problems);
  }

  /** In the order in which they were found. */
  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** A program that is in two groups is built twice, but its mistakes are told once. */
  problem(path: ConfigPath, message: string, hint?: string, at?: "key"): void {
    const key = JSON.stringify([path, message]);
    if (this.#problems.has(key)) return;
    this.#problems.set(key, { message, path, ...(at && { at }), ...(hint !== undefined && { hint }) });
  }

  /** Expands a text; one that cannot be expanded is a problem and comes back as it is. */
  expand(path: ConfigPath, text: string, names: Names, label: string): string {
    const result = expandTemplate(text, names, label);
    if (result.ok) return result.text;
    this.problem(path, result.message);
    return text;
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

/** The names `ENV_X` for a set of variables. */
export function variableNames(environment: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[`ENV_${key}`, value]]));
}

/** Order of Python's `sorted`: by code point, where JavaScript's own goes by UTF-16 unit. */
export function byCodePoint(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    // Behind the first half of a pair comes its second, which alone makes no other difference.
    const difference = (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
