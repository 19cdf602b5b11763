import type { PlanReport } from "../../protocol/api.ts";

const SIGNS = { add: "+", remove: "-", restart: "~", live: "." } as const;
const WORDS = { add: "start", remove: "stop and remove", restart: "restart", live: "change in place" } as const;

/**
 * A plan as text: one line a process, its changed keys indented below. "" if there is nothing to do.
 *
 * @param sup how `sup` is called for this project
 */
export function describePlan(report: PlanReport, sup: string): string {
  const lines = report.steps.flatMap((step) => [
    `  ${SIGNS[step.action]} ${step.namespec}: ${WORDS[step.action]}`,
    ...step.changes.map((change) => `      ${change}`),
  ]);
  if (report.needsRestart.length > 0) {
    lines.push(`  ! needs \`${sup} down\` and \`${sup} up\` to take effect: ${report.needsRestart.join(", ")}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
