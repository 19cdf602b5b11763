import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";
import { isNotRunning } from "../api-client.ts";
import { launchDaemon } from "../launch-daemon.ts";
import { attach } from "../attach.ts";
import { waitUntilReady } from "../wait-until-ready.ts";
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
 * shows the programs' output. Returns the exit status.
 */
export async function up(project: Project, names: readonly string[], options: UpOptions): Promise<number> {
  const running = await isRunning(project);
  if (running) await joinRunning(project, names);
  else await startFresh(project, names, options);

  const background = options.detach || options.wait;
  if (options.wait) {
    const status = await waitUntilReady(project.client, names, options.timeout);
    if (status !== 0) return status;
  }
  if (background) {
    if (!options.wait) return 0;
    return printStatus(await project.client.call("status", {}), names, { json: false });
  }
  return attach(project, names, { owner: !running });
}

async function isRunning(project: Project): Promise<boolean> {
  try {
    await project.client.call("status", {});
    return true;
  } catch (error) {
    if (isNotRunning(error)) return false;
    throw error;
  }
}

async function startFresh(project: Project, names: readonly string[], options: UpOptions): Promise<void> {
  const detached = options.detach || options.wait;
  const report = await launchDaemon(project, {
    mode: options.mode ?? (detached ? "production" : "development"),
    watch: options.watch,
    only: names,
    owned: !detached,
  });
  if (!report.ready) throw new CliError(report.problems, { hint: "Nothing was started." });
  if (report.warnings !== "") process.stderr.write(`${report.warnings}\n`);
  if (detached) process.stdout.write(`Started (pid ${report.pid}). Stop with: sup down\n`);
}

async function joinRunning(project: Project, names: readonly string[]): Promise<void> {
  const report = await project.client.call("update", {});
  if (!report.ok)
    throw new CliError(report.problems, { hint: "Nothing was changed: the last good config stays in force." });
  process.stdout.write(
    `Already running: ${report.steps.length === 0 ? "the config has not changed" : "applied what changed"}\n`,
  );
  process.stdout.write(describePlan(report));
  const refused = (await project.client.call("start", { names })).filter((result) => !result.ok);
  for (const result of refused) process.stderr.write(`${result.namespec}: ${result.error}\n`);
}
