import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Names looked for, best first. A typed file comes before plain data, and ours before Supervisor's. */
export const CONFIG_NAMES = [
  "supervisor.config.ts",
  "supervisor.config.mts",
  "supervisor.config.cts",
  "supervisor.config.js",
  "supervisor.config.mjs",
  "supervisor.config.cjs",
  "supervisor.config.json",
  "supervisord.conf",
] as const;

export interface FoundConfig {
  /** Absolute path; symlinks are kept, because `here` is the folder the user sees. */
  readonly file: string;
  /** Set when the same folder holds further candidates that were passed over. */
  readonly warning: string | null;
}

/**
 * Finds the config of a project: the nearest folder from `startDir` upwards that holds one of `CONFIG_NAMES`. Returns
 * `null` if no folder up to the root has one. Never throws: a folder that cannot be read holds nothing.
 */
export function findConfig(startDir: string): FoundConfig | null {
  for (let folder = resolve(startDir); ; folder = dirname(folder)) {
    const [first, ...others] = CONFIG_NAMES.filter((name) => isFile(join(folder, name)));
    if (first !== undefined) return { file: join(folder, first), warning: ambiguity(folder, first, others) };
    if (folder === dirname(folder)) return null;
  }
}

function ambiguity(folder: string, used: string, others: readonly string[]): string | null {
  if (others.length === 0) return null;
  return `using ${join(folder, used)} and ignoring ${others.join(", ")} beside it; name one with -c to choose`;
}

// A folder that happens to be called supervisord.conf is no candidate; a FIFO (`-c <(...)`) comes with -c only.
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
