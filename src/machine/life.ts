/**
 * The life of one supervised process: one tagged value on Supervisor's eight states, each with exactly its own data.
 *
 * Plain JSON-safe data: it is stored with the keeper, so a restarted supervisor carries on where the last one died. All times
 * are monotonic milliseconds.
 */
export type Life = Stopped | Launching | Starting | Running | Backoff | Stopping | Exited | Fatal | Unknown;

/** What every life remembers, whatever its state. */
export interface History {
  /** Number of the latest spawn; 0 before the first. Only ever grows. */
  readonly incarnation: number;
  /** Failed starts in a row: the `tries` of events, and the seconds until the next attempt. */
  readonly backoff: number;
  /** Of the last run: 0-255, -1 if killed by a signal or unknown; `null` while running and after a too quick exit. */
  readonly exitstatus: number | null;
  /** How the last run ended; `null` if it goes on, never began, or its spawn failed. */
  readonly lastExit: Exit | null;
  /** Supervisor's `spawnerr`: why the last start or run failed; "" if it did not. */
  readonly spawnerr: string;
  /** Last attempt to spawn; `null` if never. */
  readonly lastStartedAt: number | null;
  /** Last death; `null` if never. Kept while it runs again. */
  readonly lastStoppedAt: number | null;
}

/** How a process ended. */
export interface Exit {
  /** 0-255; `null` if killed by a signal or unknown. */
  readonly code: number | null;
  /** Name such as `SIGKILL`, or `signal 40` / `SIG40` / `40` for one without a name. */
  readonly signal: string | null;
  /** Nobody could learn the status (adopted process). Never counts as success. */
  readonly unknown: boolean;
  readonly coreDumped?: boolean;
  /** Processes of the daemon's control group that the kernel has killed for lack of memory since this one was started; absent for none. */
  readonly outOfMemory?: number;
}

/** Who asked it to stop. */
export type StopReason = "operator" | "shutdown";

export interface Stopped extends History {
  readonly state: "STOPPED";
  /** `null`: it was never started. */
  readonly reason: StopReason | null;
  readonly deadline: null;
}

/**
 * STARTING with the spawn in flight: asked for, not yet answered. A stop cannot signal anything yet, so it is remembered and
 * carried out when the answer arrives.
 */
export interface Launching extends History {
  readonly state: "STARTING";
  readonly pid: null;
  readonly stopRequested: StopReason | null;
  /** Somebody is impatient: a stop before the answer is followed by SIGKILL at this time at the latest. */
  readonly killBy: number | null;
  readonly deadline: null;
}

export interface Starting extends History {
  readonly state: "STARTING";
  readonly pid: number;
  /** When it has stayed up for startsecs. */
  readonly deadline: number;
}

export interface Running extends History {
  readonly state: "RUNNING";
  readonly pid: number;
  readonly deadline: null;
}

export interface Backoff extends History {
  readonly state: "BACKOFF";
  /** When to try again; `null` if the daemon was shutting down already. */
  readonly deadline: number | null;
}

export interface Stopping extends History {
  readonly state: "STOPPING";
  readonly pid: number;
  readonly reason: StopReason;
  /** SIGKILL has been sent already, and will be again. */
  readonly killed: boolean;
  /** When SIGKILL is due. */
  readonly deadline: number;
}

export interface Exited extends History {
  readonly state: "EXITED";
  /** Its code is one of `exitcodes`. */
  readonly expected: boolean;
  /** When it is restarted: its run began less than a second before it ended. `null`: it stays as it is. */
  readonly deadline: number | null;
}

export interface Fatal extends History {
  readonly state: "FATAL";
  /** Failed attempts that led here. */
  readonly tries: number;
  /** `shutdown`: it was waiting to retry when the daemon went down. `background`: each try would start one more copy. */
  readonly cause: "gave-up" | "shutdown" | "background";
  readonly deadline: null;
}

/** A signal could not be sent: the process may or may not live on. Its exit leads out of here. */
export interface Unknown extends History {
  readonly state: "UNKNOWN";
  readonly pid: number;
  /** `null`: nobody wanted it to stop, so its exit is an ordinary exit. */
  readonly reason: StopReason | null;
  readonly deadline: null;
}

/** A process that was never started. */
export function initialLife(): Stopped {
  return {
    state: "STOPPED",
    reason: null,
    deadline: null,
    incarnation: 0,
    backoff: 0,
    exitstatus: null,
    lastExit: null,
    spawnerr: "",
    lastStartedAt: null,
    lastStoppedAt: null,
  };
}

/** The data common to all states, for building the next state from. */
export function historyOf(life: Life): History {
  const { incarnation, backoff, exitstatus, lastExit, spawnerr, lastStartedAt, lastStoppedAt } = life;
  return { incarnation, backoff, exitstatus, lastExit, spawnerr, lastStartedAt, lastStoppedAt };
}

/**
 * The life that comes after `life`: what is common to all states, and `own`. By assignment: V8 takes five times as long to spread one
 * object into another that has more members, and makes a hidden class for each of them.
 */
export function lifeAfter<Next extends Life>(life: Life, own: Omit<Next, keyof History> & Partial<History>): Next {
  return Object.assign(historyOf(life), own) as unknown as Next;
}

/** The pid of the living process, or 0. */
export function pidOf(life: Life): number {
  return "pid" in life ? (life.pid ?? 0) : 0;
}

/** EXITED for a moment only: a stop is not idle, it calls the restart off. */
export function awaitsRestart(life: Life): boolean {
  return life.state === "EXITED" && life.deadline !== null;
}

/** On its way down, also if the stop has to wait for the answer to its start. */
export function isGoingDown(life: Life): boolean {
  return life.state === "STOPPING" || (life.state === "STARTING" && life.pid === null && life.stopRequested !== null);
}
