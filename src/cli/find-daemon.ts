import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { findConfig } from "../config/find-config.ts";
import { placesFor, type Places } from "../daemon/places.ts";
import { findKeeper } from "../keeper/runtime-lock.ts";
import { ApiClient } from "./api-client.ts";
import { CliError } from "./cli-error.ts";

/** One project: its config file and where its daemon lives, whether it runs or not. */
export interface Project {
  /** Absolute. The folder has its symlinks resolved, the file has not: swapping a symlinked config is an edit. */
  readonly config: string;
  readonly folder: string;
  readonly places: Places;
  readonly client: ApiClient;
  readonly warning: string | null;
}

/** The project of `-c FILE`, or of the nearest config upwards from the current folder. Throws `CliError` if there is none. */
export function findProject(configOption: string | undefined, cwd: string = process.cwd()): Project {
  const found = configOption === undefined ? search(cwd) : given(configOption, cwd);
  const folder = realpathSync(dirname(found.file));
  const config = join(folder, basename(found.file));
  const places = placesFor(config);
  // As long as the keeper lives, so does the daemon: it may be between two supervisor processes.
  const isComing = async (): Promise<boolean> => (await findKeeper(join(places.runtime, "keeper"))) !== null;
  return { config, folder, places, client: new ApiClient(places.socket, isComing), warning: found.warning };
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
