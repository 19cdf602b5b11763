import type { ProcessState } from "../model/states.ts";
import type { StreamName } from "./keeper.ts";

/**
 * The JSON side of the remote contract: what `sup` sends to its daemon and hears back, over the same listeners as XML-RPC.
 * Calls are `POST /api/v1/<name>` with one JSON object; live things are streams of one JSON object a line.
 */
export interface ApiCalls {
  /** Everything there is to know, as one snapshot. */
  status: Call<object, StatusReport>;
  /** Starts processes, with what they depend on unless `noDeps`. */
  start: Call<Targets & { readonly wait?: boolean; readonly noDeps?: boolean }, readonly ActionResult[]>;
  stop: Call<Targets & { readonly wait?: boolean }, readonly ActionResult[]>;
  restart: Call<Targets & { readonly wait?: boolean }, readonly ActionResult[]>;
  signal: Call<Targets & { readonly signal: string }, readonly ActionResult[]>;
  /** Reads the config and answers what would change; changes nothing. */
  plan: Call<object, PlanReport>;
  /** Reads the config and applies what changed. */
  update: Call<object, PlanReport>;
  /** Ends every program in order, then the daemon. Answers at once. */
  shutdown: Call<object, { readonly pid: number }>;
  /** Shortens a shutdown under way: every survivor gets SIGKILL after `seconds`. */
  hurry: Call<{ readonly seconds: number }, object>;
}

interface Call<Arguments, Result> {
  readonly arguments: Arguments;
  readonly result: Result;
}

/** Namespecs: `web`, `web:web_0`, `group:*`; a program's name means all its processes. Empty or absent: everything. */
export interface Targets {
  readonly names?: readonly string[];
}

export interface StatusReport {
  /** The keeper's pid: the one users see. */
  readonly pid: number;
  readonly supervisorPid: number;
  readonly version: string;
  readonly identifier: string;
  readonly mood: "running" | "restarting" | "shutdown";
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly now: number;
  readonly config: ConfigStatus;
  /** How often the supervisor process was restarted by the keeper. */
  readonly supervisorRestarts: number;
  /** What the daemon itself cannot do now, for want of disk space or the like; one sentence each. */
  readonly troubles: readonly string[];
  /** In (group, process) order of the config. */
  readonly processes: readonly ProcessReport[];
}

export interface ConfigStatus {
  readonly file: string;
  /** Counts applied models, from 1. */
  readonly generation: number;
  /** The file on disk could not be loaded; the last good model is in force. Problems are formatted, with code frames. */
  readonly stale: { readonly since: number; readonly problems: string } | null;
  readonly watching: boolean;
  /** Keys of the daemon's own sections that changed on disk and need `sup down && sup up`. */
  readonly needsRestart: readonly string[];
}

export interface ProcessReport {
  readonly name: string;
  readonly group: string;
  readonly program: string;
  readonly namespec: string;
  readonly state: ProcessState;
  /** 0 when it is not running. */
  readonly pid: number;
  /** Wall clock seconds of the last spawn and of the last end; 0 for never. */
  readonly start: number;
  readonly stop: number;
  /** Last exit code; -1 if killed by a signal; `null` if it never ended or the code is unknown. */
  readonly exitstatus: number | null;
  /** How it last ended, in words; "" if never. */
  readonly lastExit: string;
  readonly spawnerr: string;
  /** Supervisor's description text. */
  readonly description: string;
  /** One sentence on why it is not running; "" when it is. */
  readonly why: string;
  /** RUNNING, and its readiness check has passed if it has one. */
  readonly ready: boolean;
  /** Starts beyond the first that nobody asked for. */
  readonly restarts: number;
  readonly stdoutLogfile: string;
  readonly stderrLogfile: string;
  /** Bytes of output lost to a full disk, or to a log that could not be written for another reason. */
  readonly dropped: number;
  /** Why its output cannot be logged now, such as `ENOSPC`; "" when all is well. */
  readonly logTrouble: string;
}

export interface ActionResult {
  readonly namespec: string;
  readonly name: string;
  readonly group: string;
  readonly ok: boolean;
  /** "" when all is well, else why not, in words. */
  readonly error: string;
}

export interface PlanReport {
  /** False: the config is not valid; `problems` says why and nothing was changed. */
  readonly ok: boolean;
  readonly problems: string;
  readonly warnings: string;
  readonly applied: boolean;
  readonly steps: readonly PlanStep[];
  readonly needsRestart: readonly string[];
}

export interface PlanStep {
  readonly action: "add" | "remove" | "restart" | "live";
  readonly namespec: string;
  readonly name: string;
  readonly group: string;
  /** `key: old -> new`; environment values never appear. */
  readonly changes: readonly string[];
}

/** One line of `GET /api/v1/stream`. */
export type StreamItem =
  /** The first line: whatever happens from now on is told. */
  | { readonly type: "open" }
  /** RUNNING, and its readiness check has passed. */
  | { readonly type: "ready"; readonly namespec: string }
  | { readonly type: "output"; readonly namespec: string; readonly stream: StreamName; readonly data: string }
  | { readonly type: "gap"; readonly namespec: string; readonly stream: StreamName; readonly bytes: number }
  | {
      readonly type: "state";
      readonly namespec: string;
      readonly from: ProcessState;
      readonly to: ProcessState;
      readonly detail: string;
    }
  | { readonly type: "plan"; readonly report: PlanReport };

export type ApiName = keyof ApiCalls;
