import { isNotRunning } from "../client/api-client.ts";
import { CliError } from "./cli-error.ts";
import type { Project } from "./find-daemon.ts";
import { findOrphans } from "./find-orphans.ts";

/** As an init script's `status` has it (LSB). */
const NO_DAEMON = 3;

/** Of programs in one sentence. */
const MOST_NAMES = 10;

/** Milliseconds after which a question that nobody answers is worth a word. */
const SLOW = 3000;

/** The answer of a daemon, for every command that needs one. @throws CliError where none runs; the error of the call. */
export async function answered<Answer>(project: Project, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw isNotRunning(error) ? await notRunning(project) : error;
  }
}

/** Like `answered`, of a question: it waits for no program, so that whoever does not answer is busy or stopped, and that is told. */
export async function answeredSoon<Answer>(project: Project, question: Promise<Answer>): Promise<Answer> {
  const timer = setTimeout(() => {
    process.stderr.write(
      `sup: the supervisor process of ${project.config} does not answer; it is very busy, or stopped by a signal. ` +
        "Waiting for it; programs run on.\n",
    );
  }, SLOW);
  try {
    return await answered(project, question);
  } finally {
    clearTimeout(timer);
  }
}

/** What a command ends with where no daemon answers, and what to do about it. */
export async function notRunning(project: Project): Promise<CliError> {
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
  return new CliError(`nothing is running for ${project.config}`, {
    hint: project.beside ?? `Start it with: ${project.sup} up`,
    status: NO_DAEMON,
  });
}
