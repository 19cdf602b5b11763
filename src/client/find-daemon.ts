import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CONFIG_NAMES, configIn } from "../config/find-config.ts";
import { placesFor, servicePlaces, type Places } from "../daemon/places.ts";
import { notedPlaces } from "../daemon/runtime-note.ts";
import { findKeeper } from "../keeper/runtime-lock.ts";
import { ApiClient } from "./api-client.ts";

/** The daemon of one config file, whether it runs or not. */
export interface DaemonOfConfig {
  /** Absolute. The folder has its symlinks resolved, the file has not: swapping a symlinked config is an edit. */
  readonly config: string;
  readonly folder: string;
  readonly places: Places;
  readonly client: ApiClient;
}

/** @param file absolute; its folder exists. */
export function daemonOf(file: string): DaemonOfConfig {
  const folder = realpathSync(dirname(file));
  const config = join(folder, basename(file));
  return daemonAt(config, whereItIs(config));
}

/**
 * Where the last daemon of this config was, if that is not where one started by us would be: its environment was another one.
 * Whether it still runs is for the caller to find out.
 */
export function notedDaemon({ config, places }: DaemonOfConfig): DaemonOfConfig | null {
  const noted = notedPlaces(places);
  return noted === null ? null : daemonAt(config, noted);
}

function daemonAt(config: string, places: Places): DaemonOfConfig {
  // As long as the keeper lives, so does the daemon: it may be between two supervisor processes.
  const isComing = async (): Promise<boolean> => (await findKeeper(join(places.runtime, "keeper"))) !== null;
  return { config, folder: dirname(config), places, client: new ApiClient({ socket: places.socket }, isComing) };
}

/** The same, at the noted place if only there is a socket. */
export function reachableDaemonOf(file: string): DaemonOfConfig {
  const daemon = daemonOf(file);
  if (existsSync(daemon.places.socket)) return daemon;
  const noted = notedDaemon(daemon);
  return noted !== null && existsSync(noted.places.socket) ? noted : daemon;
}

/**
 * The config of the nearest folder upwards that has one, or had one whose daemon has left its socket; `null` if none has. A config
 * that was renamed counts by its old name: there is its daemon.
 */
export function nearestConfig(start: string): string | null {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const file = configIn(folder)?.file ?? null;
    if (file !== null && hasSocket(file)) return file;
    const left = CONFIG_NAMES.map((name) => join(folder, name)).find((one) => !existsSync(one) && hasSocket(one));
    if (left !== undefined) return left;
    if (file !== null || folder === dirname(folder)) return file;
  }
}

function hasSocket(file: string): boolean {
  return existsSync(dirname(file)) && existsSync(reachableDaemonOf(file).places.socket);
}

/** A service has its own places, which its clients are not told by their environment. */
function whereItIs(config: string): Places {
  const places = placesFor(config);
  if (process.env["SUP_RUNTIME_DIR"] || existsSync(places.socket)) return places;
  const service = servicePlaces(config);
  return existsSync(service.socket) ? service : places;
}
