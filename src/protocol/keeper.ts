/**
 * What the supervisor asks of the keeper, and what it hears back.
 *
 * Theory: the keeper is the parent of every program and outlives supervisors. A supervisor may die between any two
 * messages, so each request is safe to repeat and each event is kept until acknowledged:
 * - `start` names an incarnation; the keeper refuses any but the next one, so nothing is ever started twice.
 * - events carry a sequence number; `acknowledge(seq, changes)` drops them and stores the supervisor's state in one step,
 *   so a restarted supervisor replays nothing twice and forgets nothing.
 * - signals go through the keeper only, before the reap, so they cannot reach a stranger who got the same pid.
 */
/** Exit status of a supervisor that asks to be started again: no crash, and no reason to wait. */
export const RESTART_STATUS = 83;

/** Identity of a process towards the keeper: `group:name`. */
export type ProcessKey = string;
export type StreamName = "stdout" | "stderr";

export interface Keeper {
  /** Everything the keeper holds. The first thing a supervisor asks for; events with a greater `seq` follow live. */
  snapshot(): Promise<KeeperSnapshot>;
  /**
   * Starts a program. Safe to repeat: asked for again, a start under way or an incarnation that lives has the same answer; another
   * incarnation of a live key, or a wrong one, is refused.
   *
   * @param saved what to keep under its key, as `acknowledge` would, from before it is started: so that the next supervisor knows of
   *   what was asked for, whenever this one dies.
   */
  start(request: StartRequest, saved?: string): Promise<StartResult>;
  /** Sends a signal while the process is not yet reaped. `group` reaches its whole process group. */
  signal(key: ProcessKey, signal: number, target: "process" | "group"): Promise<SignalResult>;
  /**
   * Queues bytes for a program's stdin. `full`: more than 1 MiB is queued already; `closed`: no process or no stdin.
   * `once` makes it safe to repeat: bytes with the name of those that this incarnation was sent last are not sent again.
   */
  writeStdin(key: ProcessKey, bytes: Uint8Array, once?: string): Promise<"queued" | "full" | "closed">;
  /** Changes log targets and limits of a live process in place, and how it is to be stopped, which the first versions pass over. */
  setLogs(key: ProcessKey, logs: ProcessLogs, stop?: StopManners): Promise<void>;
  /**
   * Starts or ends sending a stream's output as `output` events (not kept, not acknowledged; a slow reader gets a `gap`).
   * Answers how things stood at that moment: the size of the current log file (0 if there is none), and the stream's
   * `position`. Output up to there is in the file, every later byte is told with a greater `position`. Asking again for a
   * stream that is followed already is fine, and answers anew. `file` says which log file that is (`fileMoment`), absent if there
   * is none: by the time the answer is heard the file may have been rotated away.
   */
  follow(
    key: ProcessKey,
    stream: StreamName,
    on: boolean,
  ): Promise<{ readonly size: number; readonly position: number; readonly file?: string }>;
  /** Closes and reopens every log file by name (SIGUSR2). */
  reopenLogs(): Promise<void>;
  /** Empties a process's current log files; works whether or not it runs, if its logs are known. */
  clearLogs(key: ProcessKey): Promise<void>;
  /** Closes a shared socket that no running process uses; the answer says whether that was done. */
  closeSocket(name: string): Promise<boolean>;
  /**
   * Names the program of the supervisors to come, executable and script; the arguments stay as they are. Protocol 2. If what is
   * named falls over before it is of any use, the keeper goes back to the one before.
   */
  superviseWith(program: readonly [string, string]): Promise<void>;
  /**
   * The processes of programs, by key, oldest pid first: of all, or only what is `left` of runs whose first process has ended.
   * A program without any is not named. Protocol 2.
   */
  processes(which: "all" | "left"): Promise<Readonly<Record<ProcessKey, readonly Member[]>>>;
  /** Forgets a process that is not running, so that its key may be defined anew from incarnation 1. */
  forget(key: ProcessKey): Promise<void>;
  /**
   * Drops events up to `seq` and, in the same step, stores what the supervisor wants to find again: `changes` is merged into
   * the saved entries, `null` removes one. Entries are one per process, so that the work is proportional to what changed.
   */
  acknowledge(seq: number, changes: Readonly<Record<string, string | null>>): void;
  readonly events: KeeperEvents;
  /**
   * Ends the keeper after the supervisor is done. Refused (rejects) while programs live, unless `force`, which leaves
   * them running for a later keeper to adopt. `status` is the exit status of the keeper process; default 0.
   */
  quit(options?: { readonly force?: boolean; readonly status?: number }): Promise<void>;
}

/** Where a `Keeper` delivers its events. The callback is set once, before `snapshot()` is called. */
export interface KeeperEvents {
  onEvent(listener: (event: KeeperEvent) => void): void;
  /** The keeper is gone (or the in-process one was closed). */
  onClose(listener: () => void): void;
}

export interface KeeperSnapshot {
  /** The newest that the keeper speaks: what needs a newer one is not there. */
  readonly protocol: number;
  /** The keeper's own version. Protocol 2. */
  readonly version?: string;
  /** Somebody holds the keeper: it ends with a terminal or another process. Protocol 2. */
  readonly owned?: boolean;
  /** Programs that are stopped as a group have control groups. Protocol 2. */
  readonly cgroups?: boolean;
  readonly pid: number;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  /** How often a supervisor was started before this one. */
  readonly restarts: number;
  /** Deaths of supervisors in the last minute: five or more ask for the last good model without evaluation. */
  readonly recentCrashes: number;
  /** What earlier supervisors saved with `acknowledge`. */
  readonly saved: Readonly<Record<string, string>>;
  /** Events not yet acknowledged, oldest first. */
  readonly pending: readonly KeptEvent[];
  /** Why the keeper's records of programs cannot be written now, such as `ENOSPC`; `null` when all is well. */
  readonly recordTrouble?: string | null;
  readonly processes: readonly KeptProcess[];
}

export interface KeptProcess {
  readonly key: ProcessKey;
  readonly incarnation: number;
  /** 0 when it is not running. */
  readonly pid: number;
  /** Wall clock of the spawn, milliseconds. */
  readonly startedAt: number;
  /** Taken over from an earlier keeper: its exit code will be unknown. */
  readonly adopted: boolean;
  readonly counters: Readonly<Record<StreamName, StreamCounters>>;
}

/** One process of a program. */
export interface Member {
  readonly pid: number;
  readonly parent: number;
  /** With its arguments, as it shows itself; cut at 300 characters. */
  readonly command: string;
  /** Resident bytes. */
  readonly memory: number;
  /** Processor time, user and system. */
  readonly cpuSeconds: number;
  /** Seconds since its start. */
  readonly age: number;
}

export interface StreamCounters {
  /** Bytes written to the log file since the keeper knows the process. */
  readonly logged: number;
  /** Bytes lost to a full disk or a failing log target. */
  readonly dropped: number;
  /** Why bytes are being dropped now, such as `ENOSPC`; `null` when all is well. */
  readonly failing: string | null;
}

export interface StartRequest {
  readonly key: ProcessKey;
  /** 1 for the first start of a key, then always one more. */
  readonly incarnation: number;
  /** The program's absolute path, found by the supervisor. */
  readonly file: string;
  /** `argv[0]` first, as typed. */
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string | null;
  readonly umask: number | null;
  /** The user to become, with all its supplementary groups; `null` stays as the keeper is. */
  readonly uid: number | null;
  readonly logs: ProcessLogs;
  /** How to stop it if the keeper has to do so alone. */
  readonly stop: StopManners;
  /** A listening socket that the program gets as its stdin; it is created if it is not open yet, and stays open. */
  readonly socket?: SharedSocket;
}

/** A listening socket that several processes accept on: that of an fcgi-program. */
export interface SharedSocket {
  /** Whoever names the same socket shares it: the group's name. */
  readonly name: string;
  /** As it is shown, such as `unix:///run/app.sock`. */
  readonly url: string;
  readonly address:
    | { readonly kind: "unix"; readonly path: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number };
  /** Of a unix socket's file; `null` leaves it to the keeper's user. A `gid` of -1 leaves the group alone. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly mode: number;
  /** Connections that may wait; `null`: as many as the system allows. */
  readonly backlog: number | null;
}

export interface StopManners {
  readonly signal: number;
  /** Seconds before SIGKILL. */
  readonly waitsecs: number;
  readonly stopasgroup: boolean;
  readonly killasgroup: boolean;
}

export interface ProcessLogs {
  readonly stdout: LogSpec;
  /** `"stdout"`: redirect_stderr, both streams are one descriptor. */
  readonly stderr: LogSpec | "stdout";
}

export interface LogSpec {
  /** Absolute path; `null` reads and discards. */
  readonly path: string | null;
  /** Made for this stream alone, and by us: if it is there, it is not opened before there is something to write. */
  readonly openLate?: true;
  /** Instead of to `path`: to the keeper's own standard output, as whole lines with this label. */
  readonly console?: LineLabel;
  /** Bytes; 0 never rotates. */
  readonly maxbytes: number;
  readonly backups: number;
  readonly stripAnsi: boolean;
  /** Bytes; 0: no capture mode. */
  readonly captureMaxbytes: number;
  /** Whether each chunk is also an acknowledged `log` event; `raw`: with the ANSI sequences that are stripped from the log. */
  readonly events: boolean | "raw";
}

/** How lines on the keeper's standard output look. */
export interface ConsoleStyle {
  /** `name | text`, or one JSON object a line: `time`, `name`, `stream`, `message`. */
  readonly format: "prefixed" | "json";
  /** Whether prefixed lines begin with the time, ISO 8601 in UTC. JSON has it always. */
  readonly timestamps: boolean;
}

/** Whose lines they are. */
export interface LineLabel extends ConsoleStyle {
  readonly name: string;
  readonly stream: StreamName;
}

export type StartResult =
  | { readonly ok: true; readonly pid: number; readonly startedAt: number }
  /** `dispatchers`: FIFOs or log files could not be opened; `fork`: the spawn itself failed. */
  | { readonly ok: false; readonly stage: "dispatchers" | "fork"; readonly errno: string }
  /** The shared socket could not be created: `reason` says why, `errno` names it if the system said so. */
  | { readonly ok: false; readonly stage: "socket"; readonly errno: string; readonly reason: string }
  /** `alive`: this key runs already; `incarnation`: not the next number; `quitting`: the keeper is ending. */
  | { readonly ok: false; readonly stage: "refused"; readonly errno: "alive" | "incarnation" | "quitting" };

export type SignalResult = { readonly ok: true } | { readonly ok: false; readonly errno: "ESRCH" | "EPERM" | "EINVAL" };

export type KeeperEvent = KeptEvent | PassingEvent;

/** Kept until acknowledged. */
export type KeptEvent = { readonly seq: number } & (ExitEvent | CaptureEvent | LogEvent);

/** A process has ended, all its output is on disk. Exactly one per incarnation. */
export interface ExitEvent {
  readonly type: "exit";
  readonly key: ProcessKey;
  readonly incarnation: number;
  readonly pid: number;
  /** 0-255, or `null` if killed by a signal or unknown. */
  readonly code: number | null;
  /** Signal name such as `SIGKILL`, or `null`. A real-time signal has no name: `signal 40`. */
  readonly signal: string | null;
  /** The signal made it leave a core dump; absent if not, or if nobody can tell. Protocol 2. */
  readonly coreDumped?: true;
  /**
   * Killed by SIGKILL, not by the keeper: how many processes the kernel has killed for lack of memory, in the control group of the
   * keeper and its programs, since this one was started. Absent for none, and where nobody counts them. Protocol 2.
   */
  readonly outOfMemory?: number;
  /** What lives on of a process that has ended with status 0; absent if nothing does. Protocol 2. */
  readonly left?: readonly Member[];
  /** True if nobody could learn the exit status (adopted process); never reported as 0. */
  readonly unknown: boolean;
  /** Wall clock, milliseconds; for display. */
  readonly at: number;
  /** CLOCK_MONOTONIC in milliseconds, comparable between the processes of one boot; for decisions. */
  readonly monotonic: number;
}

/** Text between capture tokens. `data` is base64. */
export interface CaptureEvent {
  readonly type: "capture";
  readonly key: ProcessKey;
  readonly pid: number;
  readonly stream: StreamName;
  readonly data: string;
}

/** One chunk of output of a stream with log events on. `data` is base64. */
export interface LogEvent {
  readonly type: "log";
  readonly key: ProcessKey;
  readonly pid: number;
  readonly stream: StreamName;
  readonly data: string;
}

/** Told once, to whoever listens. */
export type PassingEvent =
  /** `position`: bytes that this stream has produced since the keeper knows it, this chunk included. */
  | {
      readonly type: "output";
      readonly key: ProcessKey;
      readonly stream: StreamName;
      readonly position: number;
      readonly data: Uint8Array;
    }
  /** A follower was too slow: this many bytes were skipped (they are in the log file). */
  | { readonly type: "gap"; readonly key: ProcessKey; readonly stream: StreamName; readonly bytes: number }
  /** A log target began to fail, or works again (`errno: null`, with the bytes dropped meanwhile). */
  | {
      readonly type: "logTrouble";
      readonly key: ProcessKey;
      readonly stream: StreamName;
      readonly errno: string | null;
      readonly dropped: number;
    }
  /** So many `capture` and `log` events, with so many bytes, were dropped before they could be told. Protocol 2. */
  | { readonly type: "eventsLost"; readonly key: ProcessKey; readonly events: number; readonly bytes: number }
  /** Records of programs began to fail, or can be written again (`errno: null`, after so many failures). */
  | { readonly type: "recordTrouble"; readonly errno: string | null; readonly failed: number }
  /** A shared socket was created, or has been closed. */
  | { readonly type: "socket"; readonly url: string; readonly now: "created" | "closed" }
  /** A POSIX signal reached the keeper and is relayed: TERM, INT, QUIT, HUP, USR2. */
  | { readonly type: "relayed"; readonly signal: string };
