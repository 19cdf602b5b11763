import { existsSync, readFileSync } from "node:fs";
import { isNotRunning } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";

/** `sup down`: stops every program in order, then the daemon; returns when both are gone. Nothing running is no error. */
export async function down(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  let pid: number;
  const limit = new AbortController();
  const timer = options.timeout === null ? null : setTimeout(() => limit.abort(), options.timeout * 1000);
  try {
    const gone = project.client.stream(new URLSearchParams({ events: "1" }), () => {}, limit.signal);
    ({ pid } = await project.client.call("shutdown", {}));
    await gone;
  } catch (error) {
    if (limit.signal.aborted) throw new CliError(`still shutting down after ${options.timeout} s`, { status: 124 });
    if (!isNotRunning(error)) throw error;
    process.stdout.write("Nothing is running.\n");
    return 0;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
  await untilGone(pid);
  process.stdout.write("Stopped.\n");
  return 0;
}

/** The keeper outlives its connections by the few milliseconds it needs to tidy up; another's child can't be awaited. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isAlive(pid: number): boolean {
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
    return existsSync("/proc/self") ? false : true;
  }
}
