import type { FcgiSpec, GroupSpec, LogTarget, ProcessSpec, StreamSpec } from "../model.ts";
import { sameValue } from "./same-value.ts";

/** Group names, as `reloadConfig` reports them. */
export interface SupervisorDiff {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * The difference between two sets of groups by Supervisor's rules, for the XML-RPC call that `supervisorctl update` is
 * driven by. Coarser than a plan, with gaps that are part of what clients know: a log file that becomes AUTO
 * is not compared, nor are owner, mode and backlog of an fcgi socket, nor anything Supervisor has no word for.
 *
 * @param active the groups that are there now, in the order in which they came (the order of `removed`).
 * @param next the groups of the new config in start order (the order of `added` and `changed`).
 */
export function supervisorDiff(active: readonly GroupSpec[], next: readonly GroupSpec[]): SupervisorDiff {
  const before = new Map(active.map((group) => [group.name, group]));
  const after = new Set(next.map((group) => group.name));
  return {
    added: names(next.filter((group) => !before.has(group.name))),
    changed: names(
      next.filter((group) => {
        const old = before.get(group.name);
        return old !== undefined && !sameGroup(old, group);
      }),
    ),
    removed: names(active.filter((group) => !after.has(group.name))),
  };
}

function names(groups: readonly GroupSpec[]): string[] {
  return groups.map((group) => group.name);
}

function sameGroup(a: GroupSpec, b: GroupSpec): boolean {
  return (
    a.kind === b.kind &&
    a.priority === b.priority &&
    a.listener?.bufferSize === b.listener?.bufferSize &&
    sameValue(
      a.listener && [...new Set(a.listener.events)].sort(),
      b.listener && [...new Set(b.listener.events)].sort(),
    ) &&
    socketUrl(a.fcgi) === socketUrl(b.fcgi) &&
    a.processes.length === b.processes.length &&
    a.processes.every((process, index) => sameProcess(process, b.processes[index] ?? null))
  );
}

function socketUrl(fcgi: FcgiSpec | null): string | null {
  if (fcgi === null) return null;
  const { socket } = fcgi;
  return socket.kind === "unix" ? `unix://${socket.path}` : `tcp://${socket.host}:${socket.port}`;
}

const COMPARED = [
  "name",
  "uid",
  "command",
  "directory",
  "umask",
  "priority",
  "autostart",
  "autorestart",
  "startsecs",
  "startretries",
  "stopsignal",
  "stopwaitsecs",
  "stopasgroup",
  "killasgroup",
  "exitcodes",
  "redirectStderr",
  "serverurl",
  "environment",
] as const satisfies readonly (keyof ProcessSpec)[];

function sameProcess(a: ProcessSpec, b: ProcessSpec | null): boolean {
  if (b === null) return false;
  return (
    COMPARED.every((key) => sameValue(a[key], b[key])) &&
    sameStream(a.stdout, b.stdout) &&
    sameStream(a.stderr, b.stderr)
  );
}

function sameStream(a: StreamSpec, b: StreamSpec): boolean {
  const { logfile: left, ...restOfA } = a;
  const { logfile: right, ...restOfB } = b;
  return sameValue(restOfA, restOfB) && sameLogfile(left, right);
}

/** An active AUTO log has got its name, as far as Supervisor is concerned: anything but AUTO differs from that. */
function sameLogfile(active: LogTarget, next: LogTarget): boolean {
  return next.kind === "auto" || sameValue(active, next);
}
