import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Writes `pid` and a newline. False if that cannot be done, which is no reason not to run. */
export function writePidfile(path: string, pid: number): boolean {
  try {
    writeFileSync(path, `${pid}\n`);
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
