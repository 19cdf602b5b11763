/** Supervisor's eight process states with their wire numbers. */
export const PROCESS_STATES = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
} as const;

export type ProcessState = keyof typeof PROCESS_STATES;

/** Nothing runs and nothing is about to: a group of these may be removed. */
export const STOPPED_STATES: ReadonlySet<ProcessState> = new Set(["STOPPED", "EXITED", "FATAL", "UNKNOWN"]);
/** A start request is refused as ALREADY_STARTED. BACKOFF counts, STOPPING does not. */
export const RUNNING_STATES: ReadonlySet<ProcessState> = new Set(["RUNNING", "STARTING", "BACKOFF"]);
/** There is a process that a signal can reach. */
export const SIGNALLABLE_STATES: ReadonlySet<ProcessState> = new Set(["RUNNING", "STARTING", "STOPPING"]);
