import { readFileSync } from "node:fs";
import { readWithIncludes, type FileAccess } from "../ini/include.ts";
import { printTypeScript } from "../ini/print-config.ts";
import { readIni } from "../ini/read-ini.ts";
import type { Problem } from "../model/problem.ts";
import { globFiles } from "./glob-files.ts";
import { systemWorld } from "./world.ts";

export type Imported =
  | { readonly ok: true; readonly text: string; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A `supervisord.conf` with all that it includes, as the text of a `supervisor.config.ts`. `file` is absolute. */
export function importIni(file: string): Imported {
  const world = systemWorld(file);
  const access: FileAccess = { read: readText, glob: globFiles };
  const included = readWithIncludes(file, access, world);
  if (!included.ok) return { ok: false, problems: [included.problem] };
  const read = readIni(included.tree, world);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  const warnings = [...included.warnings, ...read.warnings];
  return { ok: true, text: printTypeScript(included.tree, read), warnings };
}

function readText(file: string): ReturnType<FileAccess["read"]> {
  try {
    return { ok: true, text: readFileSync(file, "utf8") };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}
