import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * The soft limit of open files that the user's shell has, for the programs to inherit.
 *
 * Node raises its own soft limit to the hard limit at start and every child of it inherits that, which breaks programs
 * that close all descriptors up to the limit. So the limit is read from the nearest ancestor that is not Node.
 * `null` where /proc does not tell.
 */
export function launcherFileLimit(pid: number = process.ppid): string | null {
  try {
    for (let ancestor = pid; ancestor > 0; ancestor = parentOf(ancestor)) {
      if (basename(readlinkSync(`/proc/${ancestor}/exe`)).startsWith("node")) continue;
      return /^Max open files +(\S+)/m.exec(readFileSync(`/proc/${ancestor}/limits`, "utf8"))?.[1] ?? null;
    }
  } catch {
    // No /proc, or an ancestor that we may not look at.
  }
  return null;
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command name is in parentheses and may hold anything: count fields from its end.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
