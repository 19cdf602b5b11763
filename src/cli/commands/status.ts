import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { nameProblem, selects } from "../../model/select-processes.ts";
import { answered } from "../running/not-running.ts";
import { nothingIn } from "../render/nothing-in.ts";
import { statusTable } from "../render/status-table.ts";
import { styler } from "../render/colors.ts";

/**
 * `sup status`. Exit status 0 if all is as it should be, 1 if a listed process is in trouble or waits for one that is, 3 if no
 * daemon runs.
 */
export async function status(
  project: Project,
  names: readonly string[],
  options: { readonly json: boolean },
): Promise<number> {
  const report = await answered(project, project.client.call("status", {}));
  return printStatus(project, report, names, options);
}

/** Prints a report already at hand; unknown names end in a `CliError`. */
export async function printStatus(
  project: Project,
  report: StatusReport,
  names: readonly string[],
  options: { readonly json: boolean },
): Promise<number> {
  const unknown = nameProblem(names, report.processes);
  if (unknown !== null) throw new CliError(unknown);
  const processes = report.processes.filter((process) => selects(names, process));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...report, processes }, null, 2)}\n`);
  else {
    if (report.processes.length === 0) process.stderr.write(`sup: ${nothingIn(report, project.sup)}\n`);
    else process.stdout.write(await statusTable(processes, process.stdout));
    printNotes(report, project.sup);
  }
  return processes.some(isInTrouble) ? 1 : 0;
}

function isInTrouble({ state, heldUpBy }: ProcessReport): boolean {
  return ["FATAL", "BACKOFF", "UNKNOWN"].includes(state) || heldUpBy.length > 0;
}

/** Notes go to standard error, so that the columns on standard output stay columns. */
function printNotes(report: StatusReport, sup: string): void {
  const paint = styler(process.stderr);
  const { stale, file, needsRestart } = report.config;
  if (stale !== null) {
    process.stderr.write(
      `${paint("red", "config is stale:")} ${file} has mistakes; the last good config stays in force\n${stale.problems}\n`,
    );
  }
  if (needsRestart.length > 0) {
    process.stderr.write(
      `${paint("yellow", "restart needed:")} ${needsRestart.join(", ")} changed; run: ${sup} down && ${sup} up\n`,
    );
  }
  for (const trouble of report.troubles) process.stderr.write(`${paint("red", "trouble:")} ${trouble}\n`);
  if (report.mood !== "running") process.stderr.write(`${paint("yellow", "shutting down")}\n`);
}
