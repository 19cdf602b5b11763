import { GROUP_APPLY, PROCESS_APPLY, STREAM_APPLY, SUPERVISORD_APPLY, type Apply } from "./apply.ts";
import type { GroupSpec, Model, ProcessSpec, StreamSpec, SupervisordSpec } from "../model.ts";
import { processKey } from "../model.ts";
import { describeChange } from "./plan-text.ts";
import { sameValue } from "./same-value.ts";

/** What has to be done to get from one model to another. Plain data; nothing has been done yet. */
export interface Plan {
  /** The groups of the next model in start order, then the groups that go. */
  readonly groups: readonly GroupPlan[];
  /** All processes of all groups, in the same order. */
  readonly processes: readonly ProcessPlan[];
  /** Changed keys of the daemon and its servers, such as `supervisord.loglevel`: they need a restart of the daemon. */
  readonly supervisor: readonly string[];
}

export interface GroupPlan {
  readonly name: string;
  /**
   * `change`: something in it is not `unchanged`, or its members have another order. `replace`: what holds its processes
   * together (kind, socket, subscription) is another, so all go and come again. A group never bounces for one member.
   */
  readonly action: "add" | "remove" | "replace" | "change" | "unchanged";
  /** Of the group itself: kind, priority, listener, fcgi. */
  readonly changes: readonly Change[];
  /** In the order of the next model, then the processes that go. */
  readonly processes: readonly ProcessPlan[];
  readonly before: GroupSpec | null;
  readonly after: GroupSpec | null;
}

export interface ProcessPlan {
  /** `group:name`. */
  readonly key: string;
  readonly name: string;
  readonly group: string;
  readonly action: "add" | "remove" | "restart" | "live" | "unchanged";
  readonly changes: readonly Change[];
  readonly before: ProcessSpec | null;
  readonly after: ProcessSpec | null;
}

/** One changed value. Values of environments and passwords never appear in `from` and `to`. */
export interface Change {
  /** Such as `command`, `stdout.maxbytes`, `environment.PORT`, `supervisord.loglevel`. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly apply: Apply;
}

/**
 * The difference between two models, value by value; `null` as `active` means that everything is new.
 *
 * Every key of the model is compared: the tables in `apply.ts` are total, so a forgotten key does not compile.
 */
export function planChange(active: Model | null, next: Model): Plan {
  const before = new Map(active?.groups.map((group) => [group.name, group]));
  const after = new Set(next.groups.map((group) => group.name));
  const groups = [
    ...next.groups.map((group) => planGroup(before.get(group.name) ?? null, group)),
    ...(active?.groups ?? []).filter((group) => !after.has(group.name)).map((group) => planGroup(group, null)),
  ];
  return {
    groups,
    processes: groups.flatMap((group) => group.processes),
    supervisor: active === null ? [] : supervisorChanges(active, next).map((change) => change.key),
  };
}

function planGroup(before: GroupSpec | null, after: GroupSpec | null): GroupPlan {
  const name = (after ?? before)?.name ?? "";
  // What did not change is mostly the same object; see `BuildMemory`.
  if (before !== null && before === after) {
    const processes = after.processes.map((process) => planProcess(process, process, false));
    return { name, action: "unchanged", changes: [], processes, before, after };
  }
  const changes = before && after ? groupChanges(before, after) : [];
  const replace = changes.some((change) => change.apply === "replace");
  const old = new Map(before?.processes.map((process) => [process.name, process]));
  const kept = new Set(after?.processes.map((process) => process.name));
  const processes = [
    ...(after?.processes ?? []).map((process) => planProcess(old.get(process.name) ?? null, process, replace)),
    ...(before?.processes ?? [])
      .filter((process) => !kept.has(process.name))
      .map((process) => planProcess(process, null, replace)),
  ];
  return { name, action: groupAction(), changes, processes, before, after };

  function groupAction(): GroupPlan["action"] {
    if (before === null) return "add";
    if (after === null) return "remove";
    if (replace) return "replace";
    const sameOrder = sameValue(
      before.processes.map((process) => process.name),
      after.processes.map((process) => process.name),
    );
    const quiet = changes.length === 0 && sameOrder && processes.every((process) => process.action === "unchanged");
    return quiet ? "unchanged" : "change";
  }
}

function planProcess(before: ProcessSpec | null, after: ProcessSpec | null, replace: boolean): ProcessPlan {
  const spec = after ?? before;
  if (spec === null) throw new TypeError("a process plan needs a process");
  const changes = before && after ? processChanges(before, after) : [];
  const identity = { key: processKey(spec), name: spec.name, group: spec.group };
  return { ...identity, action: processAction(), changes, before, after };

  function processAction(): ProcessPlan["action"] {
    if (after === null) return "remove";
    if (before === null) return "add";
    if (replace || changes.some((change) => change.apply !== "live")) return "restart";
    return changes.length > 0 ? "live" : "unchanged";
  }
}

function processChanges(before: ProcessSpec, after: ProcessSpec): Change[] {
  if (before === after) return [];
  return [
    ...compare<Omit<ProcessSpec, "stdout" | "stderr">>(before, after, PROCESS_APPLY, ""),
    ...compare<StreamSpec>(before.stdout, after.stdout, STREAM_APPLY, "stdout."),
    ...compare<StreamSpec>(before.stderr, after.stderr, STREAM_APPLY, "stderr."),
  ];
}

function groupChanges(before: GroupSpec, after: GroupSpec): Change[] {
  return compare<Omit<GroupSpec, "processes">>(withSortedEvents(before), withSortedEvents(after), GROUP_APPLY, "");
}

/** The order of subscriptions means nothing. */
function withSortedEvents(group: GroupSpec): GroupSpec {
  if (group.listener === null) return group;
  return { ...group, listener: { ...group.listener, events: [...group.listener.events].sort() } };
}

function supervisorChanges(before: Model, after: Model): Change[] {
  const daemon = compare<SupervisordSpec>(before.supervisord, after.supervisord, SUPERVISORD_APPLY, "supervisord.");
  const sections = (model: Model) => Object.fromEntries(model.servers.map((server) => [server.section, server]));
  const [old, now] = [sections(before), sections(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return [
    ...daemon.filter((change) => change.apply === "supervisor"),
    ...names.flatMap((name) => differ(name, old[name] ?? null, now[name] ?? null, "supervisor")),
    ...differ("rpcinterfaces", before.rpcinterfaces, after.rpcinterfaces, "supervisor"),
  ];
}

function compare<T extends object>(before: T, after: T, table: Readonly<Record<keyof T, Apply>>, prefix: string) {
  const keys = Object.keys(table) as (keyof T & string)[];
  return keys.flatMap((key) => differ(prefix + key, before[key], after[key], table[key]));
}

function differ(key: string, before: unknown, after: unknown, apply: Apply): Change[] {
  if (sameValue(before, after)) return [];
  return describeChange(key, before, after).map((text) => ({ ...text, apply }));
}
