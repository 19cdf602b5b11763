import { existsSync } from "node:fs";
import { loadLastGood, storeLastGood, type LastGood } from "../config/last-good.ts";
import { completeModel } from "../model/complete-model.ts";
import type { LogLevel, Model } from "../model/model.ts";
import type { BootOptions, BootParts } from "./boot-options.ts";
import { LAST_GOOD, type Troubles } from "./troubles.ts";

/**
 * The last good model; `null` if there is none. One that another version stored is completed by what this version knows besides.
 *
 * @param daemon only of this one: a disk may have been full when it began
 */
export function readLastGood(
  { places, version }: Pick<BootOptions, "places" | "version">,
  { reference }: Pick<BootParts, "reference">,
  daemon: string | null = null,
): LastGood | null {
  const found = loadLastGood(places.lastGood);
  if (found === null || (daemon !== null && (found.daemon ?? daemon) !== daemon)) return null;
  return found.version === version ? found : { ...found, model: completeModel(found.model, reference()) };
}

/** What keeps each model that comes into force, with the hash of its files, for later supervisors. */
export interface KnownModel {
  keep(model: Model, hash: string): void;
  /** Nothing but what is kept may be left of the config: if somebody has removed that, it is written anew. */
  check(): void;
}

/** What cannot be kept is tried again. `known`: what is kept already; `null`: nothing. */
export function keepLastGood(
  { places, config, version }: Pick<BootOptions, "places" | "config" | "version">,
  troubles: Troubles,
  log: (level: LogLevel, message: string) => void,
  daemon: string,
  known: Model | null = null,
): KnownModel {
  const lastGood = (model: Model, hash: string): LastGood => ({
    model,
    hash,
    config,
    storedAt: Date.now(),
    version,
    daemon,
  });
  let latest = known === null ? null : lastGood(known, "");
  let told = "";
  let timer: NodeJS.Timeout | null = null;
  const well = (): void => {
    troubles.note(LAST_GOOD, null);
    told = "";
  };
  const fail = ({ message }: Error): void => {
    troubles.note(LAST_GOOD, message);
    if (message !== told) log("error", `cannot keep the model in ${places.lastGood}: ${message}`);
    told = message;
    timer ??= setTimeout(write, TRY_AGAIN).unref();
  };
  const write = (): void => {
    timer = null;
    if (latest === null) return;
    try {
      storeLastGood(places.lastGood, latest).then(well, fail);
    } catch (error) {
      fail(error as Error);
    }
  };
  return {
    keep: (model, hash) => {
      latest = lastGood(model, hash);
      write();
    },
    check: () => {
      if (!existsSync(places.lastGood)) write();
    },
  };
}

/** Milliseconds. */
const TRY_AGAIN = 3000;
