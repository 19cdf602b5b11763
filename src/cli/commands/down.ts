import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import { follow } from "../../client/follow.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";
import { findOrphans } from "../find-orphans.ts";
import { launchDaemon } from "../launch-daemon.ts";
import type { Member } from "../../protocol/api.ts";
import { safeText } from "../render/safe-text.ts";
import { isAlive, untilGone } from "../until-gone.ts";

/** Milliseconds. */
const LAST_MOMENTS = 300;

/** Programs of a killed keeper are taken over by a new one, which then stops them as their config says. */
async function stopOrphans(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  await launchDaemon(project, { mode: "production", watch: false, only: [], owned: false });
  return down(project, options);
}

/** `sup down`: stops every program in order, then the daemon; returns when both are gone. Nothing running is no error. */
export async function down(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  let pid: number;
  let left: readonly Member[] = [];
  const limit = new AbortController();
  const timer = options.timeout === null ? null : setTimeout(() => limit.abort(), options.timeout * 1000);
  try {
    left = await membersOf(project.client);
    pid = await shutDown(project.client, limit.signal);
  } catch (error) {
    if (limit.signal.aborted) throw new CliError(`still shutting down after ${options.timeout} s`, { status: 124 });
    if (!isNotRunning(error)) throw error;
    if (findOrphans(project.places).length > 0) return stopOrphans(project, options);
    process.stdout.write("Nothing is running.\n");
    if (project.beside !== null) process.stderr.write(`sup: ${project.beside}\n`);
    return 0;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
  await untilGone(pid);
  process.stdout.write("Stopped.\n");
  // Many end by themselves when they notice that their parent has.
  await Promise.all(left.map((one) => untilGone(one.pid, LAST_MOMENTS)));
  const living = left.filter((one) => isAlive(one.pid));
  if (living.length > 0) {
    const named = living.map((one) => `${one.pid} (${one.command})`).join(", ");
    process.stderr.write(
      safeText(`left running, by programs that are not stopped as a group: ${named}\n`, process.stderr),
    );
  }
  return 0;
}

/** All processes that belong to programs. Where the daemon cannot tell: those that an earlier stop has left. */
async function membersOf(client: ApiClient): Promise<readonly Member[]> {
  try {
    return (await client.call("processes", {})).flatMap(({ members }) => members);
  } catch (error) {
    if (isNotRunning(error)) throw error;
    return (await client.call("status", {})).processes.flatMap(({ survivors }) => survivors);
  }
}

/**
 * Asks for the end and returns the keeper's pid once the stream ends that was opened before. A supervisor process that dies in
 * between is followed by another, which is asked again.
 */
async function shutDown(client: ApiClient, signal: AbortSignal): Promise<number> {
  let pid = 0;
  try {
    for await (const item of follow(client, {}, signal)) {
      if (item.type === "open") ({ pid } = await client.call("shutdown", {}));
    }
  } catch (error) {
    if (pid === 0 || !isNotRunning(error)) throw error;
  }
  signal.throwIfAborted();
  return pid;
}
