import * as fs from "node:fs";
import { join } from "node:path";
import { bootId, readStat } from "../kernel/proc.ts";
import { registryFile } from "./registry.ts";

/**
 * Forgets what was recorded in `folder` before the machine was restarted, or the container: a container that is killed and started again
 * finds its files as they were, and nothing that ran. What had been stopped or had ended there is to run as at any start, and what was
 * measured by another clock would be nonsense.
 *
 * The kernel's boot is the same for all containers, so it is told by when process 1 was started, too.
 */
export function forgetOtherWorld(folder: string): void {
  const file = join(folder, "world");
  const world = `${bootId()} ${readStat(1)?.startTime ?? ""}`;
  try {
    const before = read(file);
    if (before === world) return;
    if (before !== null && isOther(before, world)) fs.rmSync(registryFile(folder), { force: true });
    // Whole or not at all: by half of it, programs that run would be forgotten.
    fs.writeFileSync(`${file}.new`, world, { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  } catch {
    // Without it nothing is forgotten. What it said of another world must not stay.
    fs.rmSync(file, { force: true });
  }
}

/** What is not known, as of a process 1 that we may not look at, is no difference. */
function isOther(before: string, now: string): boolean {
  const after = now.split(" ");
  return before.split(" ").some((part, index) => part !== "" && after[index] !== "" && part !== after[index]);
}

/** `null` if an earlier version of the keeper left none, or none ran here. */
function read(file: string): string | null {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
