import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { nameProblem, selects } from "../../model/select-processes.ts";
import { answered } from "../running/not-running.ts";

/** `sup pid [name...]`: the daemon's pid, or one pid a line (0: not running; then the exit status is 1). */
export async function pid(project: Project, names: readonly string[]): Promise<number> {
  const report = await answered(project, project.client.call("status", {}));
  if (names.length === 0) {
    process.stdout.write(`${report.pid}\n`);
    return 0;
  }
  const unknown = nameProblem(names, report.processes);
  if (unknown !== null) throw new CliError(unknown);
  const chosen = report.processes.filter((process) => selects(names, process));
  for (const one of chosen) process.stdout.write(`${one.pid}\n`);
  return chosen.every((one) => one.pid !== 0) ? 0 : 1;
}
