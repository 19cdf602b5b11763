import { readFileSync } from "node:fs";
import { readWithIncludes, type FileAccess } from "../ini/include.ts";
import { printTypeScript } from "../ini/print-config.ts";
import { readIni } from "../ini/read-ini.ts";
import type { Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import { globFiles } from "./glob-files.ts";
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
      const read = readText(path);
      if (read.ok) texts.push(read.text);
      return read;
    },
  };
  const main = access.read(file);
  const included = readWithIncludes(file, access, lenientWorld(file, main.ok ? [main.text] : []));
  if (!included.ok) return { ok: false, problems: [included.problem] };
  const read = readIni(included.tree, lenientWorld(file, texts));
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  const warnings = [...included.warnings, ...read.warnings];
  return { ok: true, text: printTypeScript(included.tree, read), warnings };
}

function lenientWorld(file: string, texts: readonly string[]): World {
  const world = systemWorld(file);
  const named = texts.flatMap((text) => [...text.matchAll(/%\(ENV_([^()]*)\)/g)].map((match) => match[1] ?? ""));
  // A stand-in that numbers, booleans and levels can be read from, as far as one value can be all of these.
  const standIns = named.map((name) => [name, name.toUpperCase().includes("LEVEL") ? "info" : "1"]);
  return {
    ...world,
    env: { ...Object.fromEntries(standIns), ...world.env },
    isDirectory: () => true,
    findUser: (name) => world.findUser(name) ?? { uid: 0, gid: 0 },
    findGroup: (name) => world.findGroup(name) ?? 0,
  };
}

function readText(file: string): ReturnType<FileAccess["read"]> {
  try {
    return { ok: true, text: readFileSync(file, "utf8") };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}
