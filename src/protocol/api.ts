// Written by scripts/generate.mjs from api-schema.ts. Do not edit: change the schemas and run it.

/**
 * The JSON side of the remote contract: what `sup` and the client of the package send to a daemon and hear back, over the same
 * servers as XML-RPC. Calls are `POST /api/v1/<name>` with one JSON object; live things are streams.
 */
export interface ApiCalls {
  /** Everything there is to know, as one snapshot. */
  status: { readonly arguments: object; readonly result: StatusReport };
  /** Starts processes, with what they depend on unless `noDeps`. Waits for RUNNING, or for the reason why not. */
  start: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
      /** Answer when it is done. Default true. */
      readonly wait?: boolean | undefined;
      readonly noDeps?: boolean | undefined;
    };
    readonly result: readonly ActionResult[];
  };
  /** Stops processes: by signal, escalation and wait, as each program's config says. */
  stop: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
      /** Answer when it is done. Default true. */
      readonly wait?: boolean | undefined;
    };
    readonly result: readonly ActionResult[];
  };
  /** Stops what runs, then starts, as `start` does: with what they depend on unless `noDeps`. A stopped program is simply started. */
  restart: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
      /** Answer when it is done. Default true. */
      readonly wait?: boolean | undefined;
      readonly noDeps?: boolean | undefined;
    };
    readonly result: readonly ActionResult[];
  };
  /** Sends a signal to the processes themselves, never to their groups. */
  signal: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
      /** `HUP`, `SIGHUP` or `1`. */
      readonly signal: string;
    };
    readonly result: readonly ActionResult[];
  };
  /** Reads the config and answers what would change; changes nothing. */
  plan: { readonly arguments: object; readonly result: PlanReport };
  /** Reads the config and applies what changed. Refused, and nothing applied, if it has nothing of one of the names. */
  update: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
    };
    readonly result: PlanReport;
  };
  /** Ends every program in order, then the daemon. Answers at once. */
  shutdown: {
    readonly arguments: object;
    readonly result: {
      /** Of the keeper, which ends last. */
      readonly pid: number;
    };
  };
  /** The processes of programs, with what they use. */
  processes: {
    readonly arguments: {
      /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
      readonly names?: readonly string[] | undefined;
    };
    readonly result: readonly ProgramTree[];
  };
  /** Replaces the supervisor, and with `keeper` the keeper too, by the program named in the daemon's own folder (by the same one if none is named). No program is touched. Answers before it happens. */
  upgrade: {
    readonly arguments: {
      readonly keeper?: boolean | undefined;
    };
    readonly result: UpgradeReport;
  };
  /** Shortens a shutdown under way: every survivor gets SIGKILL after `seconds`. */
  hurry: {
    readonly arguments: {
      readonly seconds: number;
    };
    readonly result: object;
  };
}

export type ApiName = keyof ApiCalls;

/** Everything there is to know, as one snapshot. */
export interface StatusReport {
  /** The keeper's pid: the one users see. */
  readonly pid: number;
  readonly supervisorPid: number;
  readonly version: string;
  /** The keeper's, which is older after `sup upgrade`; "" if it does not say. */
  readonly keeperVersion: string;
  /** What a stop with `killasgroup` reaches: all of the program's control group, or its session and who holds its life FIFO. */
  readonly containment: "cgroup" | "session";
  /** The daemon's name from its config. */
  readonly identifier: string;
  readonly mood: "running" | "restarting" | "shutdown";
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly config: ConfigStatus;
  /** How often the supervisor process was restarted by the keeper. */
  readonly supervisorRestarts: number;
  /** Not null: `sup upgrade` started this supervisor process, in place of one of this version. */
  readonly upgradedFrom: string | null;
  /** What the daemon itself cannot do now, for want of disk space or the like; one sentence each. */
  readonly troubles: readonly string[];
  /** In (group, process) order of the config. */
  readonly processes: readonly ProcessReport[];
}

/** The config file and how it stands. */
export interface ConfigStatus {
  /** Absolute path. */
  readonly file: string;
  /** Counts applied models, from 1. */
  readonly generation: number;
  /** Not null: the file on disk could not be loaded; the last good model is in force. */
  readonly stale: {
    /** Wall clock, milliseconds. */
    readonly since: number;
    /** For people, with code frames. */
    readonly problems: string;
  } | null;
  /** Edits are applied by themselves. */
  readonly watching: boolean;
  /** Keys of the daemon's own sections that changed on disk and need `sup down && sup up`. */
  readonly needsRestart: readonly string[];
}

/** One process at one moment. */
export interface ProcessReport {
  readonly name: string;
  readonly group: string;
  /** The name in the config: the same for all copies of `numprocs`. */
  readonly program: string;
  /** As clients name it: `web`, or `group:name` where they differ. */
  readonly namespec: string;
  readonly state: ProcessState;
  /** 0 when it is not running. */
  readonly pid: number;
  /** Wall clock seconds of the last spawn; 0 for never. */
  readonly start: number;
  /** Wall clock seconds of the last end; 0 for never. */
  readonly stop: number;
  /** Last exit code; -1 if killed by a signal; null if it never ended or the code is unknown. */
  readonly exitstatus: number | null;
  /** How it last ended, in words; "" if never. */
  readonly lastExit: string;
  /** Why it could not be started; "" if it could. */
  readonly spawnerr: string;
  /** Supervisor's description text. */
  readonly description: string;
  /** One sentence on why it is not running; "" when it is. */
  readonly why: string;
  /** As `namespec`: what has failed for good and is waited for, directly or not. Until that is started this will not start. */
  readonly heldUpBy: readonly string[];
  /** What lives on of runs whose first process has ended. Nobody looks after it. */
  readonly survivors: readonly Member[];
  /** RUNNING, and its readiness check has passed if it has one. */
  readonly ready: boolean;
  /** Starts beyond the first that nobody asked for. */
  readonly restarts: number;
  /** Absolute path; "" for none. */
  readonly stdoutLogfile: string;
  /** Absolute path; "" for none. */
  readonly stderrLogfile: string;
  /** Bytes of output lost to a full disk, or to a log that could not be written for another reason. */
  readonly dropped: number;
  /** Why its output cannot be logged now, such as `ENOSPC`; "" when all is well. */
  readonly logTrouble: string;
}

/** Supervisor's eight states. */
export type ProcessState = "STOPPED" | "STARTING" | "RUNNING" | "BACKOFF" | "STOPPING" | "EXITED" | "FATAL" | "UNKNOWN";

/** One process of a program. */
export interface Member {
  readonly pid: number;
  /** Its parent's pid. */
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

/** The processes of one program. */
export interface ProgramTree {
  /** As clients name it: `web`, or `group:name` where they differ. */
  readonly namespec: string;
  readonly state: ProcessState;
  /** Of its first process; 0 when that does not run. */
  readonly pid: number;
  /** All its processes, also those that outlived the first one; parents before children. */
  readonly members: readonly Member[];
}

/** What is about to be replaced. */
export interface UpgradeReport {
  /** The version that leaves. */
  readonly from: string;
  /** Of the keeper. */
  readonly pid: number;
  /** Of the supervisor process that leaves. */
  readonly supervisorPid: number;
  /** Of the present keeper; "" if it does not say. */
  readonly keeperVersion: string;
  /** The arguments that the supervisor was started with. */
  readonly args: readonly string[];
  /** Executable and script of the supervisor that leaves. */
  readonly program?: readonly string[] | undefined;
}

/** What came of an action on one process. */
export interface ActionResult {
  /** As clients name it: `web`, or `group:name` where they differ. */
  readonly namespec: string;
  readonly name: string;
  readonly group: string;
  readonly ok: boolean;
  /** "" when all is well, else why not, in words. */
  readonly error: string;
}

/** What was done, and since when. */
export interface AppliedPlan {
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly steps: readonly PlanStep[];
}

/** The way from the config in force to the one on disk. */
export interface PlanReport {
  /** False: the config is not valid; `problems` says why and nothing was changed. */
  readonly ok: boolean;
  readonly problems: string;
  readonly warnings: string;
  readonly applied: boolean;
  readonly steps: readonly PlanStep[];
  /** As in ConfigStatus. */
  readonly needsRestart: readonly string[];
  /** Where there is nothing to do: what this supervisor process applied last, unasked if edits are. */
  readonly last?: AppliedPlan | undefined;
}

/** What happens to one process; `live` changes it as it runs. */
export interface PlanStep {
  readonly action: "add" | "remove" | "restart" | "live";
  /** As clients name it: `web`, or `group:name` where they differ. */
  readonly namespec: string;
  readonly name: string;
  readonly group: string;
  /** `key: old -> new`; environment values never appear. */
  readonly changes: readonly string[];
}

/** What a stream carries. */
export interface StreamQuery {
  /** `web`, `web:web_0`, `group`, `group:*`; a program's name means all its processes, a group's all its programs. Empty or absent: everything. */
  readonly names?: readonly string[] | undefined;
  /** Tell what the programs write. */
  readonly logs?: boolean | undefined;
  /** Tell of states, readiness and plans. */
  readonly events?: boolean | undefined;
  /** Go on after the past. Default true. */
  readonly follow?: boolean | undefined;
  /** How many of the last lines of each log to begin with. Default 0. */
  readonly lines?: number | undefined;
  /** Begin with what has happened since this supervisor process began, and with all that was written since this daemon first started each program. */
  readonly boot?: boolean | undefined;
  readonly since?: StreamCursor | undefined;
}

/** One item of a stream: a line of JSON, or the data of a server-sent event. */
export type StreamItem =
  /** The first item: whatever happens from now on is told. */
  | {
      readonly type: "open";
      readonly cursor: StreamCursor;
    }
  /** RUNNING, and its readiness check has passed. */
  | {
      readonly type: "ready";
      /** As clients name it: `web`, or `group:name` where they differ. */
      readonly namespec: string;
      /** Its number among the events of this supervisor process. */
      readonly seq: number;
    }
  | {
      readonly type: "state";
      /** As clients name it: `web`, or `group:name` where they differ. */
      readonly namespec: string;
      readonly from: ProcessState;
      readonly to: ProcessState;
      /** Why, for a state that needs a reason. */
      readonly detail: string;
      /** It is a failure: an end that is not expected, a start that did not succeed, FATAL, UNKNOWN. */
      readonly failed: boolean;
      /** Its number among the events of this supervisor process. */
      readonly seq: number;
    }
  /** A config was applied, or could not be loaded. */
  | {
      readonly type: "plan";
      readonly report: PlanReport;
      /** Its number among the events of this supervisor process. */
      readonly seq: number;
    }
  /** What a program wrote. Without `position` where nothing is followed. */
  | {
      readonly type: "output";
      /** As clients name it: `web`, or `group:name` where they differ. */
      readonly namespec: string;
      readonly stream: StreamName;
      /** Bytes as the program wrote them, base64. */
      readonly data: string;
      /** Bytes that this output has produced, up to and with this item. */
      readonly position?: number | undefined;
    }
  /** Output that was left out: the client was too slow, or the log no longer has it. */
  | {
      readonly type: "gap";
      /** As clients name it: `web`, or `group:name` where they differ. */
      readonly namespec: string;
      readonly stream: StreamName;
      readonly bytes: number;
      /** Bytes that this output has produced, up to and with this item. */
      readonly position?: number | undefined;
    }
  /** Where the output begins that will be told. */
  | {
      readonly type: "position";
      /** As clients name it: `web`, or `group:name` where they differ. */
      readonly namespec: string;
      readonly stream: StreamName;
      /** Bytes that this output has produced, up to and with this item. */
      readonly position: number;
    }
  /** After a reconnect: what happened between cannot be told. Ask for the status. */
  | {
      readonly type: "missed";
      readonly what: "events" | "output";
      readonly reason: string;
    }
  /** The daemon ends. Nothing follows. */
  | {
      readonly type: "end";
    };

/** How far a client has followed a stream. Sent back after a reconnect, the stream goes on from there. */
export interface StreamCursor {
  /** The supervisor process that numbered the events. */
  readonly life: string;
  /** Number of the last event that was heard. */
  readonly event: number;
  /** The keeper that counts the output. */
  readonly keeper: string;
  /** By `<namespec>/<stdout or stderr>`: the `position` of what was heard last. */
  readonly output: Readonly<Record<string, number>>;
}

/** One of a program's two outputs. */
export type StreamName = "stdout" | "stderr";
