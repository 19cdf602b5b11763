import { existsSync, readFileSync } from "node:fs";

/**
 * Waits for the end of a process that is not our child: a keeper outlives its connections by the moment it needs to tidy up.
 *
 * @param within milliseconds after which it is not waited for any longer; default for ever.
 */
export async function untilGone(pid: number, within = Number.POSITIVE_INFINITY): Promise<void> {
  const end = performance.now() + within;
  while (isAlive(pid) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  try {
    // In a container whose first process reaps nobody, what has ended stays on as a zombie.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return !existsSync("/proc/self");
  }
}
