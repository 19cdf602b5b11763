import type { ProcessInfo } from "../protocol/process-info.ts";
import { PROCESS_STATES } from "../model/states.ts";
import { byCodePoint } from "../model/text/by-code-point.ts";
import { logPath } from "../supervisor/launch.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import { describe } from "../supervisor/snapshot.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/**
 * What Supervisor's calls tell of processes. It counts in whole seconds, so within one second an answer is another only after
 * something has happened: answers are kept that long, frozen, and so is their text (see `encodeResponse`). A page that asks for
 * a thousand processes costs what has changed since the last one. When nobody asks any more they are dropped: they are most of
 * what a process takes in memory.
 */
export class ProcessInfos {
  readonly #supervisor: Supervisor;
  #known = new WeakMap<ManagedProcess, ProcessInfo>();
  #all: readonly ProcessInfo[] | null = null;
  #now = 0;
  /** The list that `#ordered` was made of. */
  #listed: readonly ManagedProcess[] | null = null;
  #ordered: readonly ManagedProcess[] = [];
  #askedAt = 0;
  #willForget = false;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
    supervisor.bus.subscribe((event) => {
      this.#all = null;
      if ("process" in event) this.#known.delete(event.process);
    });
  }

  of(process: ManagedProcess): ProcessInfo {
    const now = seconds(this.#supervisor.clock.wall() / 1000);
    const known = this.#known.get(process);
    if (known?.now === now) return known;
    const info = Object.freeze(processInfo(this.#supervisor, process, now));
    this.#known.set(process, info);
    this.#forgetLater();
    return info;
  }

  /** Of all processes, by group and name. */
  all(): readonly ProcessInfo[] {
    const now = seconds(this.#supervisor.clock.wall() / 1000);
    const processes = this.#supervisor.processes();
    if (this.#all !== null && this.#now === now && this.#listed === processes) return this.#all;
    if (this.#listed !== processes) {
      this.#listed = processes;
      this.#ordered = processes.toSorted(
        (a, b) => byCodePoint(a.spec.group, b.spec.group) || byCodePoint(a.spec.name, b.spec.name),
      );
    }
    this.#now = now;
    this.#all = Object.freeze(this.#ordered.map((process) => this.of(process)));
    return this.#all;
  }

  #forgetLater(): void {
    const { clock } = this.#supervisor;
    this.#askedAt = clock.monotonic();
    if (this.#willForget) return;
    this.#willForget = true;
    const look = (): void => {
      if (clock.monotonic() < this.#askedAt + GOOD_FOR) return void clock.at(this.#askedAt + GOOD_FOR, look);
      this.#willForget = false;
      this.#known = new WeakMap();
      this.#all = null;
    };
    clock.at(this.#askedAt + GOOD_FOR, look);
  }
}

/** Milliseconds: the longest that an answer can be the same one. */
const GOOD_FOR = 1000;

/** Timestamps on this wire are signed 32-bit seconds. */
const LAST_SECOND = 2 ** 31 - 1;

function processInfo(supervisor: Supervisor, process: ManagedProcess, now: number): ProcessInfo {
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
