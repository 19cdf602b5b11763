import type { ProcessInfo, SupervisorState } from "../protocol/process-info.ts";
import { PROCESS_STATES } from "../model/states.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { logPath } from "../supervisor/launch.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import { describe } from "../supervisor/snapshot.ts";
import type { Mood, Supervisor } from "../supervisor/supervisor.ts";
import { findProcess } from "./find-target.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names =
  | "supervisor.getAPIVersion"
  | "supervisor.getAllProcessInfo"
  | "supervisor.getIdentification"
  | "supervisor.getPID"
  | "supervisor.getProcessInfo"
  | "supervisor.getState"
  | "supervisor.getSupervisorVersion";

/** Any other version makes supervisorctl refuse to work. */
const API_VERSION = "3.0";

/** The calls that only look at the daemon and its processes. */
export function infoMethods(daemon: RpcDaemon): Pick<RpcMethods, Names> {
  const { supervisor } = daemon;
  return {
    "supervisor.getAPIVersion": () => API_VERSION,
    "supervisor.getSupervisorVersion": () => daemon.version,
    "supervisor.getIdentification": () => daemon.config.known.supervisord.identifier,
    "supervisor.getState": () => SUPERVISOR_STATES[supervisor.mood],
    "supervisor.getPID": () => daemon.pid,
    "supervisor.getProcessInfo": (name) => processInfo(supervisor, findProcess(supervisor, name)),
    "supervisor.getAllProcessInfo": () =>
      supervisor
        .processes()
        .sort((a, b) => compare(a.spec.group, b.spec.group) || compare(a.spec.name, b.spec.name))
        .map((process) => processInfo(supervisor, process)),
  };
}

const SUPERVISOR_STATES: Readonly<Record<Mood, SupervisorState>> = {
  running: { statecode: 1, statename: "RUNNING" },
  restarting: { statecode: 0, statename: "RESTARTING" },
  shutdown: { statecode: -1, statename: "SHUTDOWN" },
};

/** Timestamps on this wire are signed 32-bit seconds. */
const LAST_SECOND = 2 ** 31 - 1;

/** What was answered last about each process. */
const answers = new WeakMap<ManagedProcess, Answer>();

interface Answer {
  /** What it was made of: while all of it is the same, so is the answer. */
  readonly made: readonly unknown[];
  readonly info: ProcessInfo;
}

/**
 * Dashboards ask for all processes again and again, so within a second the same object is the answer again; it is frozen, and what
 * is frozen is encoded once.
 */
function processInfo(supervisor: Supervisor, process: ManagedProcess): ProcessInfo {
  const now = seconds(supervisor.clock.wall() / 1000);
  const { life, spec, wallStart, wallStop } = process;
  const made = [now, life, spec, wallStart, wallStop];
  const known = answers.get(process);
  if (known !== undefined && known.made.every((part, index) => part === made[index])) return known.info;
  const info = Object.freeze(makeInfo(supervisor, process, now));
  answers.set(process, { made, info });
  return info;
}

function makeInfo(supervisor: Supervisor, process: ManagedProcess, now: number): ProcessInfo {
  const { spec, life } = process;
  const stdout = logPath(spec, "stdout", supervisor.context) ?? "";
  return {
    name: spec.name,
    group: spec.group,
    start: seconds(process.wallStart),
    stop: seconds(process.wallStop),
    now,
    state: PROCESS_STATES[life.state],
    statename: life.state,
    spawnerr: life.spawnerr,
    exitstatus: life.exitstatus ?? 0,
    logfile: stdout,
    stdout_logfile: stdout,
    stderr_logfile: logPath(spec, "stderr", supervisor.context) ?? "",
    pid: process.pid,
    description: describe(process, now),
  };
}

function seconds(value: number): number {
  return Math.max(0, Math.min(LAST_SECOND, Math.floor(value)));
}

/**
 * By code points, as Python sorts. Units of UTF-16 are in the same order, but for surrogates: these stand for what comes after
 * U+FFFF, though their own numbers are below U+E000. Compared in place, because a page of a thousand processes compares
 * twenty thousand times.
 */
export function compare(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
