import type { Config } from "../config.ts";
import type { Problem } from "../problem.ts";
import { closest } from "../text/suggest.ts";

type Path = readonly (string | number)[];

export interface ValidParts {
  /** A copy of the config without what is wrong in it. */
  readonly value: unknown;
  /** The problems that were found in the copy, without those that it has only because something is left out, at their original paths. */
  readonly genuine: (problems: readonly Problem[]) => Problem[];
}

/**
 * Takes what is wrong out of a config, so that the rest of it can be checked further.
 *
 * Theory. What is left out must not cause mistakes of its own. An option falls back to its default, which is harmless; but the
 * name of a program is what others speak of, so a program stays whatever is wrong in it, and what it cannot do without gets a
 * stand-in. A dependency with a wrong condition is still a dependency. Where names themselves are in doubt (`programs` is no
 * object, or an unknown option may be where they are) nothing that speaks of them is looked at. Servers are checked as a whole (a password without a
 * user name), so one with a mistake is left out, and so is a group without a list of its programs.
 *
 * @param problems what `validateConfig` said about the value.
 */
export function validParts(value: unknown, problems: readonly Problem[]): ValidParts {
  const wrong = new Set<string>();
  for (const problem of problems) wrong.add(JSON.stringify(unitOf(problem.path ?? [])));
  const removed: Path[] = [];
  const namesInDoubt = problems.some(({ path = [], at }) => concernsAllNames(path, at, value));
  const pruned = prune(value, [], { wrong, removed, namesInDoubt });
  const unsure = new Set(
    problems.flatMap(({ path = [] }) => (path.includes("ready") ? [JSON.stringify(path.slice(0, 4))] : [])),
  );
  return {
    value: pruned,
    genuine: (found) =>
      found
        .filter(({ path = [] }) => !unsure.has(JSON.stringify(path)))
        .map((problem) => ({ ...problem, ...(problem.path && { path: original(problem.path, removed) }) })),
  };
}

const PROGRAM_MAPS: readonly (string | number | undefined)[] = ["programs", "fcgiPrograms", "eventlisteners"];
const SERVERS: readonly (string | number | undefined)[] = ["unixHttpServer", "inetHttpServer"];

/** The options of a config, and whether they say which programs there are. */
const NAMES_PROGRAMS: Readonly<Record<keyof Config, boolean>> = {
  programs: true,
  fcgiPrograms: true,
  eventlisteners: true,
  include: true,
  listeners: false,
  groups: false,
  supervisord: false,
  supervisorctl: false,
  unixHttpServer: false,
  inetHttpServer: false,
  rpcinterface: false,
  $schema: false,
};

function concernsAllNames(path: Path, at: Problem["at"], config: unknown): boolean {
  if (path.length !== 1) return path.length === 0;
  return at === "key" ? mayNamePrograms(String(path[0]), config) : PROGRAM_MAPS.includes(path[0]);
}

/** Whether an unknown option of the config may be one that says where programs are. One with nothing in it says nothing. */
function mayNamePrograms(key: string, config: unknown): boolean {
  const content = (config as Readonly<Record<string, unknown>>)[key];
  if (typeof content === "object" && content !== null && Object.keys(content).length === 0) return false;
  const meant = closest(key, Object.keys(NAMES_PROGRAMS));
  return meant === null || NAMES_PROGRAMS[meant as keyof Config];
}

/** What is left out for the sake of a mistake: mostly the very thing, sometimes what cannot be judged without it. */
function unitOf(path: Path): Path {
  const [part, , option] = path;
  if (SERVERS.includes(part)) return path.slice(0, typeof path[1] === "number" ? 2 : 1);
  if (part === "groups" && path.length > 2 && path.length < 4 && option !== "priority") return path.slice(0, 2);
  return path;
}

interface Pruning {
  readonly wrong: ReadonlySet<string>;
  /** Elements that were taken out of lists. */
  readonly removed: Path[];
  readonly namesInDoubt: boolean;
}

function prune(value: unknown, path: Path, pruning: Pruning): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown, index) => {
      const at = [...path, index];
      if (!pruning.wrong.has(JSON.stringify(at))) return [prune(element, at, pruning)];
      pruning.removed.push(at);
      return [];
    });
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, child]: [string, unknown]): [string, unknown][] => {
    const at = [...path, key];
    if (pruning.namesInDoubt && (key === "dependsOn" ? path.length === 2 : path.length === 0 && key === "groups"))
      return [];
    if (!pruning.wrong.has(JSON.stringify(at))) return [[key, prune(child, at, pruning)]];
    const standIn = standInFor(at);
    return standIn === undefined ? [] : [[key, standIn]];
  });
  // fromEntries defines own properties, also for a program called __proto__.
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  return path.length === 2 && String(path[0]) in LEAST ? complete(copy, path) : copy;
}

function standInFor(path: Path): unknown {
  if (!(String(path[0]) in LEAST)) return undefined;
  if (path.length === 2) return complete({}, path);
  return path.length === 4 && path[2] === "dependsOn" ? "started" : undefined;
}

/** Fills in what a program has to have. */
function complete(program: Record<string, unknown>, path: Path): Record<string, unknown> {
  return { ...LEAST[String(path[0])], ...program };
}

const LEAST: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  programs: { command: "true" },
  fcgiPrograms: { command: "true", socket: "unix:///tmp/stand-in.sock" },
  eventlisteners: { command: "true", events: ["EVENT"] },
  listeners: { events: ["EVENT"], handler: true },
};

/** Elements behind one that was taken out have moved up. */
function original(path: Path, removed: readonly Path[]): (string | number)[] {
  return path.map((step, depth) => {
    if (typeof step !== "number") return step;
    const siblings = removed.filter(
      (one) => one.length === depth + 1 && one.every((other, index) => index === depth || other === path[index]),
    );
    let index = step;
    for (const one of siblings.map((sibling) => Number(sibling[depth])).toSorted((a, b) => a - b)) {
      if (one <= index) index += 1;
    }
    return index;
  });
}
