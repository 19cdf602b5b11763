import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import { follow } from "../../client/follow.ts";
import type { Member } from "../../protocol/api.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-daemon.ts";
import { findOrphans } from "../running/find-orphans.ts";
import { launchDaemon } from "../start/launch-daemon.ts";
import { membersOf, tellLeft } from "../running/left-running.ts";
import { lookedInto, wayOutOfSilence } from "../running/not-running.ts";
import { untilGone } from "../running/until-gone.ts";

/** Programs of a killed keeper are taken over by a new one, which then stops them as their config says. */
async function stopOrphans(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  await launchDaemon(project, { mode: "production", watch: false, only: [], owned: false });
  return down(project, options);
}

/** `sup down`: stops every program in order, then the daemon; returns when both are gone. Nothing running is no error. */
export async function down(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  const limit = new AbortController();
  const timer = options.timeout === null ? null : setTimeout(() => limit.abort(), options.timeout * 1000);
  const ending: Ending = { pid: null, members: [] };
  try {
    await lookedInto(project, shutDown(project.client, limit.signal, ending));
  } catch (error) {
    if (limit.signal.aborted) throw await tooLate(project, options.timeout, ending);
    if (!isNotRunning(error)) throw error;
    if (findOrphans(project.places).length > 0) return stopOrphans(project, options);
    process.stdout.write("Nothing is running.\n");
    if (project.beside !== null) process.stderr.write(`sup: ${project.beside}\n`);
    return 0;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
  if (ending.pid !== null) await untilGone(ending.pid);
  process.stdout.write("Stopped.\n");
  await tellLeft(ending.members);
  return 0;
}

/** What is known so far of an end that is asked for. */
interface Ending {
  /** The keeper's; `null` until the daemon has agreed to end. */
  pid: number | null;
  /** The processes of all programs before it. */
  members: readonly Member[];
}

/**
 * Asks for the end and returns once the stream ends that was opened before. A supervisor process that dies in between is
 * followed by another, which is asked again.
 */
async function shutDown(client: ApiClient, signal: AbortSignal, ending: Ending): Promise<void> {
  ending.members = await membersOf(client, signal);
  try {
    for await (const item of follow(client, {}, signal)) {
      if (item.type === "open") ({ pid: ending.pid } = await client.call("shutdown", {}, signal));
    }
  } catch (error) {
    if (ending.pid === null || !isNotRunning(error)) throw error;
  }
  signal.throwIfAborted();
}

async function tooLate(project: Project, seconds: number | null, ending: Ending): Promise<CliError> {
  if (ending.pid !== null) return new CliError(`still shutting down after ${seconds} s`, { status: 124 });
  return new CliError(`the supervisor process of ${project.config} did not answer within ${seconds} s`, {
    hint: await wayOutOfSilence(project),
    status: 124,
  });
}
