import { closest } from "./text/suggest.ts";

/**
 * Whether a process is meant by the names on a command line: `web` is all that is called so, be it a program with all its
 * copies, a process or a whole group; `group:*` and `group:` a whole group and nothing else; `group:web_0` one process. No names
 * mean all.
 */
export function selects(names: readonly string[], process: Selectable): boolean {
  if (names.length === 0 || names.includes("all")) return true;
  return names.some((name) => {
    const colon = name.indexOf(":");
    if (colon === -1) return process.program === name || process.name === name || process.group === name;
    const member = name.slice(colon + 1);
    return process.group === name.slice(0, colon) && (member === "" || member === "*" || member === process.name);
  });
}

/** `all` may mean none. */
function unknownName(names: readonly string[], processes: readonly Selectable[]): string | undefined {
  return names.find((name) => name !== "all" && !processes.some((process) => selects([name], process)));
}

/** What is wrong with the first name that means none of the processes, in words; `null` if each means something. */
export function nameProblem(names: readonly string[], processes: readonly Selectable[]): string | null {
  const unknown = unknownName(names, processes);
  if (unknown === undefined) return null;
  const known = processes.flatMap(({ name, group, program }) => [program, group, name, `${group}:${name}`]);
  const meant = closest(unknown, new Set(known));
  const shown = /^\S+$/.test(unknown) ? unknown : JSON.stringify(unknown);
  return `there is no program, process or group ${shown}${meant === null ? "" : ` (did you mean ${meant}?)`}`;
}

interface Selectable {
  readonly name: string;
  readonly group: string;
  readonly program: string;
}
