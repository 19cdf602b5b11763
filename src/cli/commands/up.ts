import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { isNotRunning } from "../../client/api-client.ts";
import { launchDaemon } from "../start/launch-daemon.ts";
import { attach } from "./attach.ts";
import { lookedInto, notRunning, wayOutOfSilence } from "../running/not-running.ts";
import { tellWaiting } from "../running/tell-waiting.ts";
import { untilGone } from "../running/until-gone.ts";
import { waitUntilReady } from "../running/wait-until-ready.ts";
import { describePlan } from "../render/plan-text.ts";
import { printStatus } from "./status.ts";

export interface UpOptions {
  readonly detach: boolean;
  readonly wait: boolean;
  /** Seconds; with `wait`. */
  readonly timeout: number;
  readonly mode: string | undefined;
  readonly watch: boolean;
}

/**
 * `sup up`: starts the daemon if none runs, else applies the plan of the config as it is now. In the foreground it then
 * shows the programs' output. Returns the exit status. @throws CliError where the same may run under another config's name.
 */
export async function up(project: Project, names: readonly string[], options: UpOptions): Promise<number> {
  const { refusal } = project;
  if (refusal !== null) throw new CliError(refusal.message, refusal);
  const { running, joined } = await startOrJoin(project, names, options);
  const background = options.detach || options.wait;
  if (options.wait) {
    const status = await waitUntilReady(project, names, options.timeout);
    if (status !== 0) return status;
  }
  if (background) {
    if (!options.wait) return joined;
    const shown = await printStatus(project, await project.client.call("status", {}), names, { json: false });
    return joined === 0 ? shown : joined;
  }
  const left = await attach(project, names, { owner: !running });
  return left === 0 ? joined : left;
}

/** `joined`: the exit status of what was asked of a daemon that ran already. */
async function startOrJoin(
  project: Project,
  names: readonly string[],
  options: UpOptions,
): Promise<{ readonly running: boolean; readonly joined: number }> {
  for (let tries = 1; ; tries++) {
    let running = await isRunning(project);
    while (!running && (await startFresh(project, names, options)) === "lost") running = await untilAnswering(project);
    if (!running) return { running, joined: 0 };
    try {
      return { running, joined: await joinRunning(project, names, options) };
    } catch (error) {
      if (!isNotRunning(error)) throw error;
      // It ended meanwhile, by a `sup down` or a death. How things are to be is asked of the next one as well.
      if (tries === MOST_TRIES) throw await notRunning(project);
    }
  }
}

const MOST_TRIES = 3;

/** A daemon that is on its way out is waited for: the next one cannot start before. */
async function isRunning(project: Project): Promise<boolean> {
  try {
    const { mood, pid } = await lookedInto(project, project.client.call("status", {}));
    if (mood !== "shutdown") return true;
    await lookedInto(project, untilGone(pid), async (over) => {
      process.stderr.write(
        `sup: waiting for the daemon that ran before (pid ${pid}): it is still stopping its programs\n`,
      );
      await tellWaiting(project, [], over);
    });
    return false;
  } catch (error) {
    if (isNotRunning(error)) return false;
    throw error;
  }
}

/** `lost`: another `sup up` is faster. */
async function startFresh(project: Project, names: readonly string[], options: UpOptions): Promise<"started" | "lost"> {
  const detached = options.detach || options.wait;
  const report = await launchDaemon(project, {
    mode: options.mode ?? (detached ? "production" : "development"),
    watch: options.watch,
    only: names,
    owned: !detached,
  });
  if (report === "in use") return "lost";
  if (!report.ready) throw new CliError(report.problems, { hint: "Nothing was started." });
  if (report.warnings !== "") process.stderr.write(`${report.warnings}\n`);
  if (detached) process.stdout.write(`Started (pid ${report.pid}). Stop with: ${project.sup} down\n`);
  return "started";
}

/**
 * Waits for the daemon that another `sup up` is starting right now. `false`: nothing came of it, for there were mistakes in the
 * config, or in the names that it was given.
 */
async function untilAnswering(project: Project): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (!(await isRunning(project))) {
    if ((await project.client.isComing()) === false) return false;
    if (Date.now() > deadline) {
      throw new CliError("another daemon owns this project and does not answer", {
        hint: `${await wayOutOfSilence(project)}\nIts folder is ${project.places.runtime}.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** The exit status is that of `sup start`, since this does the same to the names. Rejects as its calls do. */
async function joinRunning(project: Project, names: readonly string[], options: UpOptions): Promise<number> {
  const report = await lookedInto(project, project.client.call("update", names.length === 0 ? {} : { names }));
  if (!report.ok)
    throw new CliError(report.problems, { hint: "Nothing was changed: the last good config stays in force." });
  process.stdout.write(
    `Already running: ${report.steps.length > 0 ? "applied what changed" : report.needsRestart.length > 0 ? "nothing to apply now" : "the config has not changed"}\n`,
  );
  process.stdout.write(describePlan(report, project.sup));
  // Without names nothing is started: what was stopped on purpose, or is not meant to start by itself, stays as it is.
  if (names.length === 0) return 0;
  // With `--wait` the waiting comes later, and with its own time limit.
  const results = await lookedInto(
    project,
    project.client.call("start", { names, wait: !options.wait }),
    options.wait ? undefined : (over) => tellWaiting(project, names, over),
  );
  for (const result of results) {
    if (!result.ok) process.stderr.write(`${result.namespec}: ${result.error}\n`);
    // In the foreground their states are shown, and with `--wait` at the end.
    else if (options.detach && !options.wait) process.stdout.write(`${result.namespec}: started\n`);
  }
  return results.every((result) => result.ok) ? 0 : 1;
}
