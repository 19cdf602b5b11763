import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "../../daemon/places.ts";
import { readRegistry, registryFile } from "../../keeper/records/registry.ts";
import { isAlive } from "./until-gone.ts";

/** A program whose keeper was killed: it runs on, and nobody looks after it. */
export interface Orphan {
  readonly key: string;
  readonly pid: number;
}

/** The programs that a killed keeper has left, from the records it keeps for its successor. Empty if there is no trace. */
export function findOrphans(places: Places): Orphan[] {
  const { records } = readRegistry(registryFile(join(places.runtime, "keeper")));
  return records.flatMap(({ key, pid, ended, startTime }) => {
    try {
      return ended === null && pid > 0 && isAlive(pid) && startTimeOf(pid) === startTime ? [{ key, pid }] : [];
    } catch {
      return []; // it ended while this looked
    }
  });
}

/** In clock ticks since boot: the same pid with another start time is another program. */
function startTimeOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
