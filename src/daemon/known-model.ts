import { loadLastGood, storeLastGood, type LastGood } from "../config/last-good.ts";
import { completeModel } from "../model/complete-model.ts";
import type { DaemonLog } from "../logs/daemon-log.ts";
import type { Model } from "../model/model.ts";
import type { BootOptions, BootParts } from "./boot-options.ts";
import { LAST_GOOD, type Troubles } from "./troubles.ts";

/** The last good model; `null` if there is none. One that another version stored is completed by what this version knows besides. */
export function readLastGood({ places, version }: BootOptions, { reference }: BootParts): LastGood | null {
  const found = loadLastGood(places.lastGood);
  if (found === null || found.version === version) return found;
  return { ...found, model: completeModel(found.model, reference()) };
}

/** What keeps each model that comes into force, with the hash of its files, for later supervisors. */
export function keepLastGood(
  { places, config, version }: BootOptions,
  troubles: Troubles,
  log: DaemonLog,
): (model: Model, hash: string) => void {
  return (model, hash) => {
    const fail = ({ message }: Error): void => {
      troubles.note(LAST_GOOD, message);
      log("error", `cannot keep the model in ${places.lastGood}: ${message}`);
    };
    try {
      storeLastGood(places.lastGood, { model, hash, config, storedAt: Date.now(), version }).catch(fail);
      troubles.note(LAST_GOOD, null);
    } catch (error) {
      fail(error as Error);
    }
  };
}
