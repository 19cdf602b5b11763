import { namespec } from "../model/model.ts";
import type { Change, Plan } from "../model/plan/plan.ts";
import type { PlanReport } from "../protocol/api.ts";

/** A plan as everybody outside sees it: the steps only, with what changed in words. */
export function reportPlan(plan: Plan, warnings: string, applied: boolean): PlanReport {
  const changed = plan.groups.filter((group) => group.action !== "unchanged");
  const steps = changed.flatMap((group) =>
    group.processes.flatMap(({ action, before, after, changes }) => {
      const spec = after ?? before;
      if (action === "unchanged" || spec === null) return [];
      const reasons = [...changes, ...(group.action === "replace" ? group.changes : [])].map(inWords);
      return [{ action, group: group.name, name: spec.name, namespec: namespec(spec), changes: reasons }];
    }),
  );
  return { ok: true, problems: "", warnings, applied, steps, needsRestart: plan.supervisor };
}

function inWords({ key, from, to }: Change): string {
  return `${key}: ${from} -> ${to}`;
}
