import { existsSync } from "node:fs";
import { join } from "node:path";
import { daemonOf, notedDaemon, type DaemonOfConfig } from "../../client/find-daemon.ts";
import { CONFIG_NAMES, danglingTarget, isFile } from "../../config/find-config.ts";
import { findKeeper } from "../../keeper/runtime-lock.ts";
import { findOrphans } from "./find-orphans.ts";

/** A daemon that really runs, or has been killed and left programs running, for one of a folder's possible configs. */
export interface OtherDaemon {
  readonly daemon: DaemonOfConfig;
  /** Absolute, in the folder as the user sees it. */
  readonly file: string;
  /** Its config is no file any more: it was renamed, converted or deleted. */
  readonly gone: boolean;
}

/**
 * Whether there is anything to stop: a keeper lives, or programs of one that was killed do. Files say nothing: a killed daemon
 * leaves its socket behind.
 */
async function runs({ places }: DaemonOfConfig): Promise<boolean> {
  const keeper = join(places.runtime, "keeper");
  if (!existsSync(keeper)) return false;
  return (await findKeeper(keeper)) !== null || findOrphans(places).length > 0;
}

/**
 * The daemon of a config, and whether it runs: where it is by our environment or, if it does not run there, where it noted to be.
 * With `quick`, a socket at the usual place says that it runs.
 *
 * @param file absolute; its folder exists.
 */
export async function locate(file: string, quick: boolean): Promise<{ daemon: DaemonOfConfig; running: boolean }> {
  const daemon = daemonOf(file);
  if (quick ? existsSync(daemon.places.socket) : await runs(daemon)) return { daemon, running: true };
  const noted = notedDaemon(daemon);
  if (noted !== null && (await runs(noted))) return { daemon: noted, running: true };
  return { daemon, running: false };
}

/** The daemons of configs in a folder, but for `except`: first those whose config is gone, as nothing else leads to them. */
export async function daemonsIn(folder: string, except: string | null): Promise<OtherDaemon[]> {
  if (!existsSync(folder)) return [];
  const found: OtherDaemon[] = [];
  for (const name of CONFIG_NAMES) {
    const file = join(folder, name);
    if (file === except) continue;
    const { daemon, running } = await locate(file, false);
    if (running) found.push({ daemon, file, gone: !isFile(file) });
  }
  return found.toSorted((a, b) => Number(b.gone) - Number(a.gone));
}

/** In words, as the beginning of a sentence. */
export function goneText(file: string): string {
  const target = danglingTarget(file);
  const what = target === null ? "is no file any more" : `is a symlink to ${target}, which is no file any more`;
  return `${file} ${what}; its daemon still runs`;
}
