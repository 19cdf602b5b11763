import { readdirSync } from "node:fs";

/**
 * What is in a folder of configs, in order, as far as it may be one: editors put swap and backup files beside what they edit. Throws
 * the system's error.
 */
export function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !/^\.|~$|\.sw[a-z]$|\.tmp$|^#.*#$|^\d+$/.test(name))
    .sort();
}
