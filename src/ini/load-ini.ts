import { buildModel } from "../model/build/build.ts";
import { lintModel } from "../model/lint.ts";
import type { Model } from "../model/model.ts";
import type { Outcome, Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import type { FileAccess } from "./include.ts";
import { readWithIncludes } from "./include.ts";
import { readIni } from "./read-ini.ts";
import type { QueuedMessage } from "./section-reader.ts";

export interface LoadedIni {
  readonly outcome: Outcome<Model>;
  readonly warnings: readonly Problem[];
  /** Main file and includes, in the order read, also after a mistake: the files whose change may mend it. */
  readonly files: readonly string[];
  /** Lines for the daemon's log, such as `Included extra file "..." during parsing`. */
  readonly messages: readonly QueuedMessage[];
}

/**
 * Loads a `supervisord.conf` and all that it includes.
 *
 * @param input.file absolute path; `world.here` is its folder.
 * @param input.shown the path as it was typed: what Supervisor's messages call the file. Default: `file`.
 * @param input.doubts what else is doubtful about the model.
 */
export function loadIni(
  input: FileAccess & {
    readonly file: string;
    readonly shown?: string | undefined;
    readonly world: World;
    readonly doubts?: ((model: Model) => readonly Problem[]) | undefined;
  },
): LoadedIni {
  const { file, shown, world } = input;
  const included = readWithIncludes(file, input, world, shown);
  if (!included.ok) {
    return { outcome: { ok: false, problems: [included.problem] }, warnings: [], files: included.files, messages: [] };
  }
  const read = readIni(included.tree, world);
  const warnings = [...included.warnings, ...read.warnings];
  const messages = [...included.messages, ...read.messages];
  const loaded = { warnings, files: included.files, messages };
  if (read.problems.length > 0) return { ...loaded, outcome: { ok: false, problems: read.problems } };
  const built = buildModel(read.config, world);
  if (built.ok) {
    const more = input.doubts?.(built.value) ?? [];
    const doubts = [...lintModel(built.value, "commands"), ...more].map((problem) => ({
      ...read.inFile(problem),
      doubt: true as const,
    }));
    return { ...loaded, warnings: [...warnings, ...doubts], outcome: built };
  }
  const problems = built.problems.map(read.inFile);
  return { ...loaded, outcome: { ok: false, problems } };
}
