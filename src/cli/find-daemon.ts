import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { daemonOf, type DaemonOfConfig } from "../client/find-daemon.ts";
import { findConfig } from "../config/find-config.ts";
import { CliError } from "./cli-error.ts";

/** One project: its config file and where its daemon lives, whether it runs or not. */
export interface Project extends DaemonOfConfig {
  readonly warning: string | null;
  /** How `sup` was called for it, for hints: `sup`, or `sup -c FILE`. */
  readonly sup: string;
}

/** The project of `-c FILE`, or of the nearest config upwards from the current folder. Throws `CliError` if there is none. */
export function findProject(configOption: string | undefined, cwd: string = process.cwd()): Project {
  const { file, warning } = configOption === undefined ? search(cwd) : given(configOption, cwd);
  const sup = configOption === undefined ? "sup" : `sup -c ${quoted(configOption)}`;
  return { ...daemonOf(file), warning, sup };
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function given(option: string, cwd: string): { file: string; warning: string | null } {
  const file = resolve(cwd, option);
  if (!existsSync(file)) throw new CliError(`there is no config file ${file}`, { status: 2 });
  return { file, warning: null };
}

function search(cwd: string): { file: string; warning: string | null } {
  const found = findConfig(cwd);
  if (found !== null) return found;
  throw new CliError(`no supervisor.config.ts (or supervisord.conf) in ${cwd} or any folder above it`, {
    hint: "Make one with `sup init`, or name one with `-c FILE`.",
    status: 2,
  });
}
