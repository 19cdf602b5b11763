import { isNotRunning, type ApiClient } from "../../client/api-client.ts";
import { follow } from "../../client/follow.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { findOrphans } from "../running/find-orphans.ts";
import { launchDaemon } from "../start/launch-daemon.ts";
import { membersOf, tellLeft, type ProgramMember } from "../running/left-running.ts";
import { lookedInto, wayOutOfSilence } from "../running/not-running.ts";
import { tellWaiting } from "../running/tell-waiting.ts";
import { untilGone } from "../running/until-gone.ts";

/** Programs of a killed keeper are taken over by a new one, which then stops them as their config says. */
async function stopOrphans(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  const started = await launchDaemon(project, { mode: "production", watch: false, only: [], owned: false });
  if (started !== "in use" && !started.ready)
    throw new CliError(started.problems, {
      hint: "Programs run on: only a daemon can stop them as their config says.",
    });
  return down(project, options);
}

/** Seconds that an answer may take, where less than one is to be waited: it is the end that this is about, not the asking. */
const ANSWER_WITHIN = 5;

/**
 * `sup down`: stops every program in order, then the daemon; returns when both are gone. Nothing running is no error.
 *
 * @param options.timeout seconds from now, `null` for any time; 0 asks for the end and does not wait for it.
 * @throws CliError with status 124 if the time is over before the daemon is gone. What it has agreed to it goes on doing.
 */
export async function down(project: Project, options: { readonly timeout: number | null }): Promise<number> {
  const limit = new TimeLimit();
  const ending: Ending = { asked: false, pid: null, members: [] };
  const { timeout } = options;
  const patience = timeout === null ? null : timeout < 1 ? ANSWER_WITHIN : timeout;
  limit.set(patience);
  try {
    await lookedInto(
      project,
      shutDown(project.client, limit.signal, ending, () => limit.set(timeout)),
      (over) => tellWaiting(project, [], over),
    );
  } catch (error) {
    if (limit.signal.aborted) throw await tooLate(project, { timeout, patience }, ending);
    if (!isNotRunning(error)) throw error;
    if (findOrphans(project.places).length > 0) return stopOrphans(project, options);
    process.stdout.write("Nothing is running.\n");
    if (project.beside !== null) process.stderr.write(`sup: ${project.beside}\n`);
    return 0;
  } finally {
    limit.set(null);
  }
  if (ending.pid !== null) await untilGone(ending.pid);
  process.stdout.write("Stopped.\n");
  await tellLeft(ending.members);
  return 0;
}

/** Aborts its signal so many seconds after it was made. */
class TimeLimit {
  readonly #over = new AbortController();
  readonly #begun = performance.now();
  #timer: NodeJS.Timeout | null = null;

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** @param seconds since the beginning; `null` for never. */
  set(seconds: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const left = seconds === null ? null : this.#begun + seconds * 1000 - performance.now();
    this.#timer = left === null ? null : setTimeout(() => this.#over.abort(), Math.max(0, left));
  }
}

/** What is known so far of an end that is asked for. */
interface Ending {
  /** The request is under way; whether it has arrived is not known. */
  asked: boolean;
  /** The keeper's; `null` until the daemon has agreed to end. */
  pid: number | null;
  /** The processes of all programs before it. */
  members: readonly ProgramMember[];
}

/**
 * Asks for the end and returns once the stream ends that was opened before. A supervisor process that dies in between is
 * followed by another, which is asked again.
 */
async function shutDown(client: ApiClient, signal: AbortSignal, ending: Ending, agreed: () => void): Promise<void> {
  ending.members = await membersOf(client, signal);
  try {
    for await (const item of follow(client, {}, signal)) {
      if (item.type !== "open") continue;
      ending.asked = true;
      ({ pid: ending.pid } = await client.call("shutdown", {}, signal));
      agreed();
    }
  } catch (error) {
    if (ending.pid === null || !isNotRunning(error)) throw error;
  }
  signal.throwIfAborted();
}

async function tooLate(
  project: Project,
  { timeout, patience }: { readonly timeout: number | null; readonly patience: number | null },
  ending: Ending,
): Promise<CliError> {
  if (ending.pid !== null) {
    if (timeout === 0) return new CliError("shutting down; its end was not waited for", { status: 124 });
    return new CliError(`still shutting down after ${timeout} s`, { status: 124 });
  }
  const done = ending.asked ? "it was asked to stop everything, and may do so yet" : "nothing was stopped";
  return new CliError(`the supervisor process of ${project.config} did not answer within ${patience} s; ${done}`, {
    hint: await wayOutOfSilence(project),
    status: 124,
  });
}
