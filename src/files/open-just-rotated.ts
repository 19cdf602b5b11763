import { closeSync, fstatSync, statSync } from "node:fs";
import { backupName, MOST_FREE_NUMBERS } from "./backup-name.ts";
import { openRegular } from "./open-regular.ts";

/**
 * Between the rename and its new file a log that is being rotated has no name: opens the newest backup, where its end is. `null` if
 * it has none that was written to just now: then the log is missing, and not on its way.
 */
export function openJustRotated(path: string): number | null {
  let fd: number | null = null;
  for (let number = 1; fd === null && number <= MOST_FREE_NUMBERS + 1; number++) {
    const name = backupName(path, number);
    if (statSync(name, { throwIfNoEntry: false }) !== undefined) fd = openRegular(name);
  }
  if (fd === null || Date.now() - fstatSync(fd).mtimeMs < JUST_NOW) return fd;
  closeSync(fd);
  return null;
}

/** Milliseconds since its last write. */
const JUST_NOW = 5000;
