import type { PlanReport } from "../../protocol/api.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { describePlan } from "../render/plan-text.ts";
import { safeText } from "../render/safe-text.ts";
import { answered } from "../running/not-running.ts";

/**
 * `sup plan` shows what an update would do, process by process; `sup update` does it; `sup reread` names the groups
 * concerned as `supervisorctl reread` does. An invalid config ends in a `CliError` with its code frame.
 */
export async function plan(
  project: Project,
  action: "plan" | "update" | "reread",
  options: { readonly json: boolean },
): Promise<number> {
  const report = await answered(project, project.client.call(action === "update" ? "update" : "plan", {}));
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (!report.ok) {
    if (options.json) return 1;
    throw new CliError(report.problems, { hint: "Nothing was changed: the last good config stays in force." });
  }
  if (report.warnings !== "") process.stderr.write(`${report.warnings}\n`);
  if (!options.json)
    process.stdout.write(
      safeText(action === "reread" ? groupLines(report) : describePlan(report, project.sup), process.stdout),
    );
  if (!options.json && report.steps.length === 0 && report.needsRestart.length === 0)
    process.stdout.write(action === "update" ? nothingLeft(report, project.sup) : "Nothing has changed.\n");
  return 0;
}

/** Who saves and then says `update` may come second: edits are applied unasked. */
function nothingLeft(report: PlanReport, sup: string): string {
  const { last } = report;
  if (last === undefined || Date.now() - last.at > RECENT) return "Nothing has changed.\n";
  const when = new Date(last.at).toTimeString().slice(0, 8);
  const steps = safeText(describePlan({ ...report, steps: last.steps }, sup), process.stdout);
  return `Nothing has changed since ${when}, when this was applied:\n${steps}`;
}

/** Milliseconds. */
const RECENT = 60_000;

const GROUP_WORDS = { add: "available", remove: "disappeared", restart: "changed", live: "changed" } as const;

function groupLines(report: PlanReport): string {
  const words = new Map<string, string>();
  for (const step of report.steps) {
    const word = GROUP_WORDS[step.action];
    // A group with members of more than one kind of step has changed as a whole.
    words.set(step.group, words.has(step.group) && words.get(step.group) !== word ? "changed" : word);
  }
  return [...words]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, word]) => `${group}: ${word}\n`)
    .join("");
}
