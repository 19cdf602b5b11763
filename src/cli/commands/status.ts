import type { StatusReport } from "../../protocol/api.ts";
import { isNotRunning } from "../../client/api-client.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../find-daemon.ts";
import { selects } from "../../model/select-processes.ts";
import { findOrphans } from "../find-orphans.ts";
import { statusTable } from "../render/status-table.ts";
import { styler } from "../render/colors.ts";

/** `sup status`. Exit status 0 if all is as it should be, 1 if a listed process is in trouble, 3 if no daemon runs. */
export async function status(
  project: Project,
  names: readonly string[],
  options: { readonly json: boolean },
): Promise<number> {
  const report = await project.client.call("status", {}).catch(async (error: unknown) => {
    throw isNotRunning(error) ? await notRunning(project) : error;
  });
  return printStatus(report, names, options);
}

/** Prints a report already at hand; unknown names end in a `CliError`. */
export async function printStatus(
  report: StatusReport,
  names: readonly string[],
  options: { readonly json: boolean },
): Promise<number> {
  for (const name of names) {
    if (!report.processes.some((process) => selects([name], process)))
      throw new CliError(`there is no process or group ${name}`);
  }
  const processes = report.processes.filter((process) => selects(names, process));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...report, processes }, null, 2)}\n`);
  else {
    process.stdout.write(await statusTable(processes, process.stdout));
    printNotes(report);
  }
  return processes.some((one) => ["FATAL", "BACKOFF", "UNKNOWN"].includes(one.state)) ? 1 : 0;
}

/** Notes go to standard error, so that the columns on standard output stay columns. */
function printNotes(report: StatusReport): void {
  const paint = styler(process.stderr);
  const { stale, file, needsRestart } = report.config;
  if (stale !== null) {
    process.stderr.write(
      `${paint("red", "config is stale:")} ${file} has mistakes; the last good config stays in force\n${stale.problems}\n`,
    );
  }
  if (needsRestart.length > 0) {
    process.stderr.write(
      `${paint("yellow", "restart needed:")} ${needsRestart.join(", ")} changed; run: sup down && sup up\n`,
    );
  }
  for (const trouble of report.troubles) process.stderr.write(`${paint("red", "trouble:")} ${trouble}\n`);
  if (report.mood !== "running") process.stderr.write(`${paint("yellow", "shutting down")}\n`);
}

/** As an init script's `status` has it (LSB). */
const NO_DAEMON = 3;

/** Of programs in one sentence. */
const MOST_NAMES = 10;

/** The error of every command that needs a daemon where none answers. */
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
    const names = [...shown, ...(orphans.length > MOST_NAMES ? [`and ${orphans.length - MOST_NAMES} more`] : [])].join(
      ", ",
    );
    return new CliError(
      `the daemon of ${project.config} was killed; ${orphans.length} of its programs run on: ${names}`,
      {
        hint: `\`${project.sup} up\` takes them over, \`${project.sup} down\` stops them.`,
        status: NO_DAEMON,
      },
    );
  }
  return new CliError(`nothing is running for ${project.config}`, {
    hint: `Start it with: ${project.sup} up`,
    status: NO_DAEMON,
  });
}
