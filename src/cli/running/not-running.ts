import { join } from "node:path";
import { isNotRunning } from "../../client/api-client.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "./find-project.ts";
import { findOrphans } from "./find-orphans.ts";
import { findSupervisor } from "./find-supervisor.ts";
import { howToStart } from "./start-hint.ts";

/** As an init script's `status` has it (LSB). */
const NO_DAEMON = 3;

/** Of programs in one sentence. */
const MOST_NAMES = 10;

/** Milliseconds after which it is worth a question why there is no answer, and that the answer to this question may take. */
const SLOW = 3000;

/** What a command does while it rightly waits, until `over` aborts. */
export type WhileWaiting = (over: AbortSignal) => Promise<void>;

/** What to do where nothing runs; `null` if nothing is to be done. */
type WayOut = () => Promise<string | null>;

/**
 * The answer of a daemon, for every command that needs one. One that takes long is looked into, as by `lookedInto`.
 *
 * @param wayOut default: how to start everything.
 * @throws CliError where none runs; the error of the call.
 */
export async function answered<Answer>(
  project: Project,
  call: Promise<Answer>,
  whileWaiting?: WhileWaiting,
  wayOut?: WayOut,
): Promise<Answer> {
  try {
    return await lookedInto(project, call, whileWaiting);
  } catch (error) {
    throw isNotRunning(error) ? await notRunning(project, wayOut) : error;
  }
}

/**
 * What a call comes to. After 3 s without an answer the daemon is asked something that waits for no program: if it answers
 * that, the call waits for programs, rightly, and `whileWaiting` is begun. If it does not, its supervisor process is busy or
 * stopped, and that is said.
 */
export async function lookedInto<Answer>(
  project: Project,
  call: Promise<Answer>,
  whileWaiting: WhileWaiting = async () => undefined,
): Promise<Answer> {
  const over = new AbortController();
  const timer = setTimeout(() => {
    // Nothing that goes wrong here is worse than what is to be told of the call itself.
    void lookInto(project, over.signal, whileWaiting).catch(() => undefined);
  }, SLOW);
  try {
    return await call;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function lookInto(project: Project, over: AbortSignal, whileWaiting: WhileWaiting): Promise<void> {
  const question = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    question.abort();
  }, SLOW);
  over.addEventListener("abort", () => question.abort());
  try {
    await project.client.call("status", {}, question.signal);
  } catch (error) {
    if (!late) throw error;
    const pid = await findSupervisor(project);
    const what =
      pid === "none"
        ? `no supervisor process of ${project.config} runs, and its keeper cannot start one yet.`
        : `the supervisor process of ${project.config} does not answer; it is very busy, or stopped by a signal.`;
    if (!over.aborted)
      process.stderr.write(`sup: ${what} Waiting for it; programs run on.\n${outOfSilence(project, pid)}\n`);
    return;
  } finally {
    clearTimeout(timer);
  }
  await whileWaiting(over);
}

/** What to do about a supervisor process that does not answer. */
export async function wayOutOfSilence(project: Project): Promise<string> {
  return outOfSilence(project, await findSupervisor(project));
}

function outOfSilence(project: Project, pid: Awaited<ReturnType<typeof findSupervisor>>): string {
  if (pid === "none")
    return `The keeper tries again every second, and says why it cannot in ${join(project.places.state, "crash.log")}.`;
  return `\`kill -9 ${pid ?? "PID"}\` has ${pid === null ? "the supervisor process" : "it"} replaced, and touches no program.`;
}

/** What a command ends with where no daemon answers, and what to do about it. */
export async function notRunning(
  project: Project,
  wayOut: WayOut = async () => howToStart(project),
): Promise<CliError> {
  if (await project.client.isComing()) {
    return new CliError(
      `the supervisor process of ${project.config} ended before it answered; it is being started again, and programs run on`,
      { hint: `What was asked for may be done in part: see \`${project.sup} status\`, then ask again.` },
    );
  }
  const orphans = findOrphans(project.places);
  if (orphans.length > 0) {
    const shown = orphans.slice(0, MOST_NAMES).map(({ key, pid }) => `${key} (${pid})`);
    const more = orphans.length - shown.length;
    const names = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
    return new CliError(
      `the daemon of ${project.config} was killed; ${orphans.length} of its programs run on: ${names}`,
      {
        hint: `\`${project.sup} up\` takes them over, \`${project.sup} down\` stops them.`,
        status: NO_DAEMON,
      },
    );
  }
  const hint = project.beside ?? (await wayOut());
  return new CliError(`nothing is running for ${project.config}`, {
    ...(hint !== null && { hint }),
    status: NO_DAEMON,
  });
}
