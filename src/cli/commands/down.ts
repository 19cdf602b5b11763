import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";
import { findOrphans } from "../find-orphans.ts";
import { launchDaemon } from "../launch-daemon.ts";
import { untilGone } from "../until-gone.ts";

/** Programs of a killed keeper are taken over by a new one, which then stops them as their config says. */
async function stopOrphans(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  await launchDaemon(project, { mode: "production", watch: false, only: [], owned: false });
  return down(project, options);
}

/** `sup down`: stops every program in order, then the daemon; returns when both are gone. Nothing running is no error. */
export async function down(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  let pid: number;
  const limit = new AbortController();
  const timer = options.timeout === null ? null : setTimeout(() => limit.abort(), options.timeout * 1000);
  try {
    const gone = untilBroken(project.client, limit.signal);
    // Both fail if nothing runs; one of them is enough to say so.
    [{ pid }] = await Promise.all([project.client.call("shutdown", {}), gone]);
  } catch (error) {
    if (limit.signal.aborted) throw new CliError(`still shutting down after ${options.timeout} s`, { status: 124 });
    if (!isNotRunning(error)) throw error;
    if (findOrphans(project.places).length > 0) return stopOrphans(project, options);
    process.stdout.write("Nothing is running.\n");
    return 0;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
  await untilGone(pid);
  process.stdout.write("Stopped.\n");
  return 0;
}

/** Follows nothing in particular: the end of the stream is what is waited for. */
async function untilBroken(client: ApiClient, signal: AbortSignal): Promise<void> {
  for await (const item of client.stream({}, signal)) if (item.type === "end") return;
}
