import { readWithIncludes, type FileAccess } from "../ini/include.ts";
import { printTypeScript } from "../ini/print-config.ts";
import { sectionKind } from "../ini/key-table.ts";
import { readFragment, readIni } from "../ini/read-ini.ts";
import type { Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import { foreignFormat } from "./foreign-format.ts";
import { globFiles } from "./glob-files.ts";
import { readIniFile } from "./read-ini-file.ts";
import { systemWorld } from "./world.ts";

export type Imported =
  | { readonly ok: true; readonly text: string; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * A `supervisord.conf` with all that it includes, as the text of a `supervisor.config.ts`. `file` is absolute.
 *
 * The file may come from another machine: users, folders and variables that are missing on this one are no reason to
 * refuse, since their names are carried over as they stand.
 */
export function importIni(file: string): Imported {
  const texts: string[] = [];
  const access: FileAccess = {
    glob: globFiles,
    read: (path) => {
      const read = readIniFile(path);
      if (read.ok) texts.push(read.text);
      return read;
    },
  };
  const main = access.read(file);
  const included = readWithIncludes(file, access, lenientWorld(file, main.ok ? [main.text] : []));
  if (!included.ok) {
    const other = main.ok ? foreignFormat(file, main.text) : null;
    return { ok: false, problems: [other ?? included.problem] };
  }
  const { tree } = included;
  const isFragment = !tree.sections.has("supervisord") && [...tree.sections.keys()].some((name) => sectionKind(name));
  const world = lenientWorld(file, texts);
  const read = isFragment ? readFragment(tree, world) : readIni(tree, world);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  // A file that was copied without its folder would lose most of what it is made of.
  const place = tree.sections.get("include")?.entries.get("files")?.place;
  const missing = included.messages.flatMap(({ level, text }): Problem[] =>
    level === "warn" ? [{ message: text, hint: "what it names is not carried over", ...(place && { place }) }] : [],
  );
  const warnings = [...included.warnings, ...missing, ...read.warnings];
  return { ok: true, text: printTypeScript(tree, read, [...missing, ...read.warnings]), warnings };
}

function lenientWorld(file: string, texts: readonly string[]): World {
  const world = systemWorld(file);
  return {
    ...world,
    env: { ...Object.fromEntries(texts.flatMap(standIns)), ...world.env },
    isDirectory: () => true,
    findUser: (name) => world.findUser(name) ?? { uid: 0, gid: 0 },
    findGroup: (name) => world.findGroup(name) ?? 0,
  };
}

/** A value for each variable that a file names, such as its key accepts. None of them is printed. */
function standIns(text: string): [name: string, value: string][] {
  let key = "";
  const found = text.split("\n").flatMap((line) => {
    // A line that is indented carries on the value before it.
    key = /^(\w+)\s*[=:]/.exec(line)?.[1]?.toLowerCase() ?? key;
    return [...line.matchAll(/%\(ENV_([^()]*)\)/g)].map(({ 1: name = "", index }): [string, string] => [
      name,
      standIn(key, line.slice(0, index)),
    ]);
  });
  // What is used for several keys has to be accepted by the one that takes little.
  return found.toSorted(([, a], [, b]) => Number(a !== USUAL) - Number(b !== USUAL));
}

/** Numbers, switches, signals and paths can all be read from it. */
const USUAL = "1";

/** @param before what stands before it on its line. */
function standIn(key: string, before: string): string {
  switch (key) {
    case "loglevel":
      return "info";
    case "events":
      return "EVENT";
    case "socket":
      return before.endsWith("unix://") ? "/1" : before.includes("://") ? USUAL : "unix:///1";
    default:
      return USUAL;
  }
}
