import { closeSync, constants, readFileSync, rmSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { openSafely } from "../files/open-safely.ts";

/**
 * Writes `pid` and a newline. False if that cannot be done, which is no reason not to run; so is a link in the file's place that
 * somebody else may have made.
 */
export function writePidfile(path: string, pid: number): boolean {
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
    const fd = openSafely(resolve(path), O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    try {
      writeSync(fd, `${pid}\n`);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    return false;
  }
}

/** Removes the file, unless it holds another daemon's pid by now. */
export function removePidfile(path: string, pid: number): void {
  try {
    if (readFileSync(path, "utf8").trim() === String(pid)) rmSync(path);
  } catch {
    // It is gone, or was never ours to remove.
  }
}
