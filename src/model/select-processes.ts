/**
 * Whether a process is meant by the names on a command line: `web` is a program, a process or a group's only process;
 * `group:*` and `group:` a whole group; `group:web_0` one process. No names mean all.
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

/** The first of the names that means none of the processes; `all` may mean none. */
export function unknownName(names: readonly string[], processes: readonly Selectable[]): string | undefined {
  return names.find((name) => name !== "all" && !processes.some((process) => selects([name], process)));
}

interface Selectable {
  readonly name: string;
  readonly group: string;
  readonly program: string;
}
