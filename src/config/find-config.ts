import { lstatSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";

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

/** The best of `CONFIG_NAMES` in this folder. Never throws. */
export function configIn(folder: string): FoundConfig | null {
  const [first, ...others] = CONFIG_NAMES.filter((name) => isFile(join(folder, name)));
  return first === undefined ? null : { file: join(folder, first), warning: ambiguity(folder, first, others) };
}

/**
 * What a symlink points to that leads nowhere, as it is written in it; `null` for anything else. Such a link in a config's place
 * says that there is meant to be a config, so none of another folder may be taken for it.
 */
export function danglingTarget(path: string): string | null {
  try {
    if (!lstatSync(path).isSymbolicLink() || statSync(path, { throwIfNoEntry: false }) !== undefined) return null;
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function ambiguity(folder: string, used: string, others: readonly string[]): string | null {
  if (others.length === 0) return null;
  return `using ${join(folder, used)} and ignoring ${others.join(", ")} beside it; name one with -c to choose`;
}

/**
 * Whether a file is there, behind symlinks too. Never throws. A folder that happens to be called supervisord.conf is no
 * candidate; a FIFO (`-c <(...)`) comes with -c only.
 */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
