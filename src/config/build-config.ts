import type { FileAccess } from "../ini/include.ts";
import { checkConfig } from "../model/check-config.ts";
import type { Model } from "../model/model.ts";
import type { Outcome, Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import { addIncludes } from "./config-includes.ts";
import { EnvFiles } from "./env-files.ts";
import { globFiles, globFolders } from "./glob-files.ts";
import type { LoadContext, LoadResult } from "./load-result.ts";
import { readIniFile } from "./read-ini-file.ts";
import { checkStrictModes, gatherPathFacts } from "./strict-modes.ts";
import { withoutOwnVariables } from "./own-variables.ts";
import { systemWorld } from "./world.ts";

/** What a value came to, with all that was read for it besides the config itself. */
export interface Built {
  readonly outcome: Outcome<Model>;
  /** Env files and included ones, and the folders in which more of these may come to be. */
  readonly files: readonly string[];
  readonly warnings: readonly Problem[];
  readonly messages: LoadResult["messages"];
  /** What stands in an included file is told as one of its problems. */
  readonly inFile: (problem: Problem) => Problem;
}

/** Makes the model of what a config exported, with the files that it includes. */
export function build(
  value: unknown,
  file: string,
  context: LoadContext,
  listeners?: NonNullable<World["listeners"]>,
): Built {
  const envFiles = new EnvFiles();
  const world = { ...worldOf(file, context, envFiles), ...(listeners && { listeners }) };
  const folders = new Set<string>();
  const { value: whole, problems, ...included } = addIncludes(value, world, iniAccess(folders));
  const outcome: Outcome<Model> =
    problems.length > 0 ? { ok: false, problems } : checkConfig(whole, world, context.memory);
  const warnings = [...included.warnings, ...envFiles.warnings, ...laxModes(included.files)];
  return { ...included, warnings, outcome, files: [...included.files, ...folders, ...envFiles.files] };
}

/** How included files are reached; `folders` takes those in which a new file would be taken in. */
export function iniAccess(folders: Set<string>): FileAccess {
  return {
    read: readIniFile,
    glob: (pattern) => {
      for (const folder of globFolders(pattern)) folders.add(folder);
      return globFiles(pattern);
    },
  };
}

/** The machine as this config sees it. */
export function worldOf(file: string, context: LoadContext, envFiles?: EnvFiles): World {
  return systemWorld(file, withoutOwnVariables(context.env ?? process.env), context.cwd ?? process.cwd(), envFiles);
}

/** For Supervisor's own format, whose mode Supervisor never minded: a warning, also for root. */
export function laxModes(files: readonly string[]): readonly Problem[] {
  const verdict = checkStrictModes(gatherPathFacts(files), { uid: process.getuid?.() ?? 0, trusted: [] });
  return [...verdict.refused, ...verdict.warnings];
}
