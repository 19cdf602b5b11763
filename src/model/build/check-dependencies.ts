import type { BuildContext, ConfigPath } from "./build-context.ts";
import type { Config, ProgramConfig } from "../config.ts";
import { didYouMean } from "../text/suggest.ts";

/** Checks that every program depended on exists, and that no program waits for itself by way of others. */
export function checkDependencies(context: BuildContext, config: Config): void {
  const nodes = collect(config);
  for (const [name, { path, needs }] of nodes) {
    for (const [need, needPath] of needs) {
      if (need === name) context.problem(needPath, `${path.join(".")} depends on itself`, undefined, "key");
      if (nodes.has(need)) continue;
      const { hint } = didYouMean(need, nodes.keys());
      context.problem(needPath, `${path.join(".")} depends on unknown program ${need}`, hint, "key");
    }
  }
  for (const cycle of findCycles(nodes)) {
    const [first = "", second = ""] = cycle;
    const path = nodes.get(first)?.needs.get(second) ?? [];
    const message = `programs wait for one another in a circle: ${[...cycle, first].join(" -> ")}`;
    context.problem(path, message, "none of them could ever start: remove one dependency", "key");
  }
}

interface Node {
  readonly path: ConfigPath;
  /** The programs depended on, each with the path of the element or key that says so. */
  readonly needs: ReadonlyMap<string, ConfigPath>;
}

function collect(config: Config): Map<string, Node> {
  const nodes = new Map<string, Node>();
  for (const part of ["programs", "fcgiPrograms", "eventlisteners"] as const) {
    const programs: Readonly<Record<string, Pick<ProgramConfig, "dependsOn">>> = config[part] ?? {};
    for (const [name, program] of Object.entries(programs)) {
      nodes.set(name, { path: [part, name], needs: needsOf([part, name, "dependsOn"], program.dependsOn) });
    }
  }
  return nodes;
}

function needsOf(path: ConfigPath, dependsOn: ProgramConfig["dependsOn"]): Map<string, ConfigPath> {
  if (dependsOn === undefined) return new Map();
  const needs: [string, string | number][] = Array.isArray(dependsOn)
    ? (dependsOn as readonly string[]).map((name, index) => [name, index])
    : Object.entries(dependsOn).flatMap(([name, condition]) => (condition === undefined ? [] : [[name, name]]));
  return new Map(needs.map(([name, step]) => [name, [...path, step]]));
}

/** One circle for each knot, in the order in which it is waited: a depth-first walk that meets its own path. */
function findCycles(nodes: ReadonlyMap<string, Node>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start !== -1) {
      // A program that depends on itself has been told so.
      if (trail.length - start > 1) cycles.push(trail.slice(start));
      return;
    }
    if (done.has(name)) return;
    for (const need of nodes.get(name)?.needs.keys() ?? []) walk(need, [...trail, name]);
    done.add(name);
  };
  for (const name of nodes.keys()) walk(name, []);
  return cycles;
}
