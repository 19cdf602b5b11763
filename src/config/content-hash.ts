import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { namesIn } from "../files/names-in.ts";
import { readRegular } from "../files/read-regular.ts";

/**
 * A hash of what the files hold, in hex: equal exactly if no content has changed, whatever happened to times and inodes. A
 * folder counts by the names in it. The config watcher computes the same (floors keep the two apart; a test compares them).
 *
 * A file that changed since `startedAt` (wall clock, milliseconds) may have been read before or after: it makes the hash one
 * that no later look will equal, so that the watcher loads once more.
 */
export function contentHash(files: readonly string[], startedAt = Number.POSITIVE_INFINITY): string {
  const hash = createHash("sha256");
  for (const file of [...new Set(files)].sort()) {
    hash.update(`${file}\0${digestOf(file)}\n`);
    if (changedSince(file, startedAt)) hash.update(`changed while it was read, at ${startedAt}\n`);
  }
  return hash.digest("hex");
}

function digestOf(file: string): string {
  try {
    if (statSync(file).isDirectory()) return `folder ${JSON.stringify(namesIn(file))}`;
    return createHash("sha256").update(readRegular(file)).digest("hex");
  } catch {
    return "missing";
  }
}

function changedSince(file: string, startedAt: number): boolean {
  try {
    const stats = statSync(file);
    // File times have fractions that the wall clock lacks: a save in the very millisecond of the start was before it.
    return !stats.isDirectory() && Math.floor(stats.mtimeMs) > startedAt;
  } catch {
    return false;
  }
}
