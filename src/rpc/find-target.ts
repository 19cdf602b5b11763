import { Fault } from "../protocol/faults.ts";
import { parseNamespec } from "../protocol/namespec.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { ProcessGroup } from "../supervisor/process-group.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** What a namespec stands for: one process, or a whole group. */
export type Target =
  | { readonly kind: "process"; readonly process: ManagedProcess }
  | { readonly kind: "group"; readonly group: ProcessGroup };

/** @throws Fault BAD_NAME, with the name as the caller wrote it. */
export function findTarget(supervisor: Supervisor, name: string): Target {
  const { group: groupName, process: processName } = parseNamespec(name);
  const group = findGroup(supervisor, groupName, name);
  if (processName === null) return { kind: "group", group };
  const process = group.processes.get(processName);
  if (process === undefined) throw new Fault("BAD_NAME", name);
  return { kind: "process", process };
}

/** A single process; the group forms are unknown names here. @throws Fault BAD_NAME. */
export function findProcess(supervisor: Supervisor, name: string): ManagedProcess {
  const target = findTarget(supervisor, name);
  if (target.kind === "group") throw new Fault("BAD_NAME", name);
  return target.process;
}

/** A group by its plain name. @throws Fault BAD_NAME. */
export function findGroup(supervisor: Supervisor, groupName: string, asWritten = groupName): ProcessGroup {
  const group = supervisor.groups.get(groupName);
  if (group === undefined) throw new Fault("BAD_NAME", asWritten);
  return group;
}

/** All processes in the order of bulk calls: groups by priority alone, stably, so that later groups of equal priority follow. */
export function inBulkOrder(supervisor: Supervisor): ManagedProcess[] {
  return [...supervisor.groups.values()]
    .sort((a, b) => a.spec.priority - b.spec.priority)
    .flatMap((group) => group.byPriority());
}
