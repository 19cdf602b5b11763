import type { ProcessState } from "../model/states.ts";

/*
 * The structs of the remote contract. They are type aliases, so that they can be written to the wire as they are, and their
 * members stand in wire order: build objects in this order.
 */

/** Answer of `getProcessInfo`. Times are wall clock seconds. */
export type ProcessInfo = {
  readonly name: string;
  readonly group: string;
  /** Last spawn; 0 if never. Set even when the spawn failed. */
  readonly start: number;
  /** Last end; 0 if never. Kept while it runs again. */
  readonly stop: number;
  readonly now: number;
  readonly state: number;
  readonly statename: ProcessState;
  /** Why the last spawn failed, else "". */
  readonly spawnerr: string;
  /** -1 if killed by a signal; 0 while running, if never run and after a too quick exit. */
  readonly exitstatus: number;
  /** The same as `stdout_logfile`. */
  readonly logfile: string;
  /** "" when logging is off. */
  readonly stdout_logfile: string;
  /** "" when logging is off, which includes redirect_stderr. */
  readonly stderr_logfile: string;
  /** 0 when it is not running. */
  readonly pid: number;
  readonly description: string;
};

/** One process of the most recently read config: an item of `getAllConfigInfo`. */
export type ConfigInfo = {
  readonly autostart: boolean;
  readonly autorestart: boolean | "unexpected";
  /** "none" if not set; so are `uid` and `serverurl`. */
  readonly directory: string;
  readonly uid: number | "none";
  readonly command: string;
  readonly exitcodes: readonly number[];
  readonly group: string;
  readonly group_prio: number;
  /** A group of this name is active. */
  readonly inuse: boolean;
  readonly killasgroup: boolean;
  readonly name: string;
  readonly process_prio: number;
  readonly redirect_stderr: boolean;
  readonly startretries: number;
  readonly startsecs: number;
  readonly stdout_capture_maxbytes: number;
  readonly stdout_events_enabled: boolean;
  /** A path, "auto" or "none". */
  readonly stdout_logfile: string;
  readonly stdout_logfile_backups: number;
  readonly stdout_logfile_maxbytes: number;
  readonly stdout_syslog: boolean;
  readonly stopsignal: number;
  readonly stopwaitsecs: number;
  readonly stderr_capture_maxbytes: number;
  readonly stderr_events_enabled: boolean;
  readonly stderr_logfile: string;
  readonly stderr_logfile_backups: number;
  readonly stderr_logfile_maxbytes: number;
  readonly stderr_syslog: boolean;
  readonly serverurl: string;
};

/** Outcome for one process in the answer of a bulk call. */
export type ProcessStatus = {
  readonly name: string;
  readonly group: string;
  /** 80 (SUCCESS) or a fault code. */
  readonly status: number;
  /** "OK" or the fault string. */
  readonly description: string;
};

/** Answer of `getState`. */
export type SupervisorState = {
  readonly statecode: number;
  readonly statename: "FATAL" | "RUNNING" | "RESTARTING" | "SHUTDOWN";
};

/** Answer of `reloadConfig`: one triple of group names (added, changed, removed), wrapped once more. */
export type ReloadResult = readonly [readonly [readonly string[], readonly string[], readonly string[]]];

/** Answer of the `tail` methods: text, size of the log in bytes, overflow. */
export type TailResult = readonly [string, number, boolean];
