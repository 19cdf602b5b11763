import { STOPPED_STATES } from "../model/states.ts";
import type { ManagedProcess } from "./managed-process.ts";

/**
 * Nothing of it runs any more, as far as can be known. UNKNOWN counts although it has a pid: it could not be signalled, and
 * waiting for it would mean waiting for ever.
 */
export function isDown(process: ManagedProcess): boolean {
  return STOPPED_STATES.has(process.life.state) && (process.pid === 0 || process.life.state === "UNKNOWN");
}
