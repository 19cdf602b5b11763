import { existsSync } from "node:fs";
import { pathBelow } from "../files/path-below.ts";
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
  /** Env files and included ones, the folders in which more of these may come to be, and those that are missing. */
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
  const folders = new Set<string>();
  const world = { ...worldOf(file, context, folders, envFiles), ...(listeners && { listeners }) };
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

/** The machine as this config sees it; `missing` takes the folders that it asks for in vain: to make one may mend it. */
export function worldOf(file: string, context: LoadContext, missing: Set<string>, envFiles?: EnvFiles): World {
  const cwd = context.cwd ?? process.cwd();
  const world = systemWorld(file, withoutOwnVariables(context.env ?? process.env), cwd, envFiles);
  const isDirectory = (path: string): boolean => {
    const found = world.isDirectory(path);
    const folder = pathBelow(cwd, path);
    if (!found && !existsSync(folder)) missing.add(folder);
    return found;
  };
  return { ...world, isDirectory };
}

/** For Supervisor's own format, whose mode Supervisor never minded: a warning, also for root. */
export function laxModes(files: readonly string[]): readonly Problem[] {
  const verdict = checkStrictModes(gatherPathFacts(files), { uid: process.getuid?.() ?? 0, trusted: [] });
  return [...verdict.refused, ...verdict.warnings];
}
