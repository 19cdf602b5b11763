import * as fs from "node:fs";
import { errnoOf } from "../kernel/errno.ts";
import { loadSystemCalls } from "../kernel/system-calls.ts";
import type { FifoPaths } from "../records/registry.ts";

export function fifoNames({ stdin, stdout, stderr, life }: FifoPaths): string[] {
  return stderr === null ? [stdin, stdout, life] : [stdin, stdout, stderr, life];
}

/** Removes their names. Who has them open is not affected. */
export function removeFifos(fifos: FifoPaths): void {
  for (const path of fifoNames(fifos)) {
    try {
      fs.unlinkSync(path);
    } catch (error) {
      // Somebody may have cleaned up the folder.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

/**
 * Whether these FIFOs of a run that is over, its life FIFO included, are as good as new: still ours alone, as they were made, and
 * open nowhere. Then the kernel has thrown away what was in them, and the program's next run can have them; making and removing
 * names is most of what a start does to the disk.
 */
export function areAsNew(fifos: FifoPaths): boolean {
  return fifoNames(fifos).every((path) => isOurs(path) && !isRead(path));
}

function isOurs(path: string): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isFIFO() && (stat.mode & 0o7777) === 0o600 && stat.uid === process.geteuid?.();
}

/** Programs hold their ends read-write, so whoever has it open reads it, as far as the kernel knows; nobody writes any more. */
function isRead(path: string): boolean {
  const calls = loadSystemCalls();
  // As a rule there is nobody: with Node that is an exception.
  if (calls !== null) return calls.hasReader(path);
  try {
    fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
    return true;
  } catch (error) {
    return errnoOf(error) !== "ENXIO";
  }
}
