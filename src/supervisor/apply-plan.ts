import { awaitsRestart, isGoingDown } from "../machine/life.ts";
import type { GroupSpec, ProcessSpec } from "../model/model.ts";
import type { GroupPlan, Plan, ProcessPlan } from "../model/plan/plan.ts";
import { Fates } from "./fates.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Carries out a plan, process by process: whatever the plan does not name is not touched.
 *
 * What goes is stopped first and together; each restart starts again as soon as it is down; what is new starts when
 * all that went is gone, so that a port passes from an old program to a new one. Whom an operator stopped stays stopped.
 *
 * @param onDone hears of each group as soon as it is as planned.
 * @param fates of what comes again under another name, in another group, or after an edit before this one had taken it out.
 */
export async function applyPlan(
  supervisor: Supervisor,
  plan: Plan,
  onDone: (group: string) => void,
  fates: Fates = new Fates(),
): Promise<void> {
  const changed = plan.groups.filter((group) => group.action !== "unchanged");
  for (const group of changed) changeGroup(supervisor, group);
  await Promise.all(
    changed.map(async (group) => {
      await Promise.all(group.processes.map((step) => carryOut(supervisor, group.name, step, fates)));
      if (group.action === "remove") supervisor.removeGroup(group.name);
      else if (!hasNew(group) && group.after !== null) addMissing(supervisor, group, group.after);
      if (!hasNew(group)) onDone(group.name);
    }),
  );
  for (const group of changed.filter(hasNew)) {
    const added = group.after === null ? [] : addMissing(supervisor, group, group.after);
    for (const process of added) {
      const fate = fates.of(process.spec);
      if (fate === "held") process.holdStopped();
      else if (fate === "runs" || process.spec.autostart) supervisor.requestStart(process);
    }
    onDone(group.name);
  }
}

function hasNew(group: GroupPlan): boolean {
  return group.action === "add" || group.processes.some((step) => step.action === "add");
}

/** What a group as a whole is, listeners' subscriptions for one, is new before its processes start again. */
function changeGroup(supervisor: Supervisor, plan: GroupPlan): void {
  const group = supervisor.groups.get(plan.name);
  if (group === undefined || plan.after === null || plan.changes.length === 0) return;
  group.spec = plan.after;
  supervisor.bus.emit({ type: "groupChanged", group });
}

async function carryOut(supervisor: Supervisor, groupName: string, step: ProcessPlan, fates: Fates): Promise<void> {
  const process = supervisor.find(groupName, (step.after ?? step.before)?.name ?? "");
  if (process === null) return;
  switch (step.action) {
    case "remove":
      return remove(supervisor, process, fates);
    case "restart":
      return step.after === null ? undefined : replace(supervisor, process, step.after);
    case "live":
      if (step.after !== null) process.respec(step.after);
      // Switched on by the edit, and never started or stopped by anyone: now it starts by itself.
      if (step.changes.some((change) => change.key === "autostart") && isUntouched(process) && process.spec.autostart) {
        supervisor.requestStart(process);
      }
      // What it waits for may be another thing now.
      if (supervisor.waitingFor(process).length > 0) supervisor.requestStart(process);
      return;
    case "add":
    case "unchanged":
      return;
  }
}

async function remove(supervisor: Supervisor, process: ManagedProcess, fates: Fates): Promise<void> {
  process.leaving = true;
  const isDown = process.pid === 0;
  const runs = shouldRun(supervisor, process, { ...process.spec, autostart: false });
  const isHeld = process.stoppedByOperator || isGoingDown(process.life) || isLeftOut(supervisor, process);
  await supervisor.stopAndWait(process, { startAgain: runs, because: "the config no longer has it" });
  // Unless somebody has stopped or started it meanwhile.
  fates.note(process.spec, process.startAgain !== null ? "runs" : runs || isHeld ? "held" : "new");
  // Nobody could name it any more, or stop it.
  if (isDown) await process.endLeft();
  const group = supervisor.groups.get(process.spec.group);
  if (group !== undefined) supervisor.removeProcess(group, process);
}

async function replace(supervisor: Supervisor, process: ManagedProcess, spec: ProcessSpec): Promise<void> {
  const comesBack = shouldRun(supervisor, process, spec);
  process.next = spec;
  if (comesBack || !process.stoppedByOperator)
    await supervisor.stopAndWait(process, { startAgain: comesBack, because: "its config has changed" });
  process.respec(spec);
  // Unless somebody has stopped or started it meanwhile.
  if (comesBack && process.startAgain !== null) supervisor.requestStart(process);
}

/** After an edit: what ran, or tried to, runs again; what never ran follows autostart; what was stopped or left out stays so. */
function shouldRun(supervisor: Supervisor, process: ManagedProcess, spec: ProcessSpec): boolean {
  const { state } = process.life;
  // It is down, or on its way down, only because of an earlier edit or restart.
  if (process.startAgain !== null) return true;
  if (process.stoppedByOperator) return false;
  if (isLeftOut(supervisor, process)) return false;
  if (state === "STOPPED" || state === "EXITED" || state === "FATAL") {
    return spec.autostart || awaitsRestart(process.life) || supervisor.waitingFor(process).length > 0;
  }
  return !isGoingDown(process.life);
}

/** `sup up NAME` did not name it, else it would have been started then: that somebody edits it is no reason to start it. */
function isLeftOut(supervisor: Supervisor, process: ManagedProcess): boolean {
  return isUntouched(process) && process.spec.autostart && supervisor.waitingFor(process).length === 0;
}

function isUntouched(process: ManagedProcess): boolean {
  return process.life.state === "STOPPED" && process.life.reason === null;
}

function addMissing(supervisor: Supervisor, plan: GroupPlan, spec: GroupSpec): ManagedProcess[] {
  const group = supervisor.groups.get(plan.name);
  if (group === undefined) return [...supervisor.addGroup(spec, { autostart: false }).processes.values()];
  const added = spec.processes
    .filter((process) => !group.processes.has(process.name))
    .map((process) => supervisor.addProcess(group, process));
  group.reorder(spec);
  return added;
}
