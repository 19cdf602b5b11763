import { join } from "node:path";

/**
 * `sup upgrade` leaves word of the program that it belongs to in the daemon's own folder, not in its call: who may only call is
 * not to choose what the daemon executes.
 */
export function upgradeFile(runtime: string): string {
  return join(runtime, "upgrade.json");
}
