import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { daemonOf, type DaemonOfConfig } from "../client/find-daemon.ts";
import { CONFIG_NAMES, findConfig } from "../config/find-config.ts";
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
  if (!existsSync(file) && !hasDaemon(file)) throw new CliError(`there is no config file ${file}`, { status: 2 });
  return { file, warning: null };
}

function search(cwd: string): { file: string; warning: string | null } {
  const found = findConfig(cwd);
  if (found !== null) return found;
  const left = withDaemon(cwd);
  if (left !== null) return { file: left, warning: `${left} is no file any more; its daemon still runs` };
  throw new CliError(`no supervisor.config.ts (or supervisord.conf) in ${cwd} or any folder above it`, {
    hint: "Make one with `sup init`, or name one with `-c FILE`.",
    status: 2,
  });
}

/** The nearest config upwards that is gone while its daemon still runs: it has to be reached to be stopped. */
function withDaemon(start: string): string | null {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const name = CONFIG_NAMES.find((one) => hasDaemon(join(folder, one)));
    if (name !== undefined) return join(folder, name);
    if (folder === dirname(folder)) return null;
  }
}

function hasDaemon(file: string): boolean {
  return existsSync(dirname(file)) && existsSync(daemonOf(file).places.socket);
}
