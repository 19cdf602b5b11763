import type {
  ConfigInfo,
  ProcessInfo,
  ProcessStatus,
  ReloadResult,
  SupervisorState,
  TailResult,
} from "./process-info.ts";
import type { Utf8Text } from "./utf8-text.ts";
import type { Encodable } from "./xml-rpc-value.ts";

/*
 * The remote contract: every published method once, in one explicit table. A call is looked up in a Map and nowhere else:
 * walking object properties by a caller's name is how Supervisor's worst hole (remote code execution) came about.
 * `RpcMethods` is derived from the table, so an implementation that lacks a method or takes other arguments does not compile.
 */

/** What a parameter means; how a loosely typed value becomes one is in coerce-arguments.ts. */
export type ParameterKind = "text" | "integer" | "flag" | "signal" | "stdin" | "anything";

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Present: the parameter may be left out. */
  readonly default?: boolean;
}

export type WireType = "string" | "int" | "boolean" | "array" | "struct";

export interface Method {
  readonly params: readonly Parameter[];
  /** As `system.methodSignature` reports it. */
  readonly returns: WireType;
  readonly help: string;
  /** Refused with SHUTDOWN_STATE while the daemon restarts or shuts down. */
  readonly gate: boolean;
  /** May hold its answer back until processes have changed state. */
  readonly wait: boolean;
}

const name = { name: "name", kind: "text" } as const;
const wait = { name: "wait", kind: "flag", default: true } as const;
const offset = { name: "offset", kind: "integer" } as const;
const length = { name: "length", kind: "integer" } as const;
const signal = { name: "signal", kind: "signal" } as const;

/** An ordinary gated method that answers at once. */
function plain<const P extends readonly Parameter[], const R extends WireType>(params: P, returns: R, help: string) {
  return { params, returns, help, gate: true, wait: false } as const;
}

/** A gated method that may wait for processes. */
function waiting<const P extends readonly Parameter[], const R extends WireType>(params: P, returns: R, help: string) {
  return { params, returns, help, gate: true, wait: true } as const;
}

const READ_RULE =
  "A negative offset with length 0 reads that many bytes from the end; length 0 reads to the end. Counts are bytes.";
const TAIL_RULE =
  "Returns [text, size of the log, overflow]: always the last `length` bytes, and nothing if `offset` is at the end.";
const WAIT_RULE = "With `wait`, the answer comes once that is done.";

/** Methods that the daemon implements, aliases left out. */
export const SUPERVISOR_METHODS = {
  "supervisor.addProcessGroup": plain([name], "boolean", "Activates a configured group that is not active yet."),
  "supervisor.clearAllProcessLogs": waiting([], "array", "Empties the log files of every process; one status each."),
  "supervisor.clearLog": plain([], "boolean", "Empties the daemon's own log."),
  "supervisor.clearProcessLogs": plain(
    [name],
    "boolean",
    "Empties the stdout and stderr logs of one process, running or not.",
  ),
  "supervisor.getAPIVersion": plain([], "string", "Version of this interface."),
  "supervisor.getAllConfigInfo": plain([], "array", "One struct for each process of the config as last read."),
  "supervisor.getAllProcessInfo": plain([], "array", "One struct for each active process, ordered by name."),
  "supervisor.getIdentification": plain([], "string", "The daemon's identifier from its configuration."),
  "supervisor.getPID": plain([], "int", "Process id of the daemon."),
  "supervisor.getProcessInfo": plain([name], "struct", "One process: state, times, log files, pid."),
  "supervisor.getState": plain([], "struct", "The daemon's own state: statecode and statename."),
  "supervisor.getSupervisorVersion": plain([], "string", "Version of the daemon's package."),
  "supervisor.readLog": plain([offset, length], "string", `Reads the daemon's own log. ${READ_RULE}`),
  "supervisor.readProcessStderrLog": plain([name, offset, length], "string", `Reads a stderr log. ${READ_RULE}`),
  "supervisor.readProcessStdoutLog": plain([name, offset, length], "string", `Reads a stdout log. ${READ_RULE}`),
  "supervisor.reloadConfig": plain([], "array", "Reads the config again; returns [[added, changed, removed]] groups."),
  "supervisor.removeProcessGroup": plain([name], "boolean", "Deactivates a group that is stopped."),
  "supervisor.restart": plain([], "boolean", "Stops everything, reads the config anew and starts again."),
  "supervisor.sendProcessStdin": plain(
    [name, { name: "chars", kind: "stdin" }],
    "boolean",
    "Writes text to a process's standard input, as UTF-8; no newline is added.",
  ),
  "supervisor.sendRemoteCommEvent": {
    params: [
      { name: "type", kind: "anything" },
      { name: "data", kind: "anything" },
    ],
    returns: "boolean",
    help: "Sends a REMOTE_COMMUNICATION event to the event listeners.",
    gate: false,
    wait: false,
  },
  "supervisor.shutdown": plain([], "boolean", "Stops everything and ends the daemon."),
  "supervisor.signalAllProcesses": plain([signal], "array", "Signals every process; one status each."),
  "supervisor.signalProcess": plain([name, signal], "boolean", "Signals a process, or all of `group:*`."),
  "supervisor.signalProcessGroup": plain([name, signal], "array", "Signals all processes of a group."),
  "supervisor.startAllProcesses": waiting([wait], "array", `Starts all processes. ${WAIT_RULE}`),
  "supervisor.startProcess": waiting([name, wait], "boolean", `Starts a process, or all of \`group:*\`. ${WAIT_RULE}`),
  "supervisor.startProcessGroup": waiting([name, wait], "array", `Starts all processes of a group. ${WAIT_RULE}`),
  "supervisor.stopAllProcesses": waiting([wait], "array", `Stops all processes. ${WAIT_RULE}`),
  "supervisor.stopProcess": waiting([name, wait], "boolean", `Stops a process, or all of \`group:*\`. ${WAIT_RULE}`),
  "supervisor.stopProcessGroup": waiting([name, wait], "array", `Stops all processes of a group. ${WAIT_RULE}`),
  "supervisor.tailProcessStderrLog": plain([name, offset, length], "array", `End of a stderr log. ${TAIL_RULE}`),
  "supervisor.tailProcessStdoutLog": plain([name, offset, length], "array", `End of a stdout log. ${TAIL_RULE}`),
} as const satisfies Record<string, Method>;

/** Second names of methods. `supervisorctl` asks `getVersion` before almost everything. */
export const ALIASES = {
  "supervisor.getVersion": "supervisor.getAPIVersion",
  "supervisor.readMainLog": "supervisor.readLog",
  "supervisor.readProcessLog": "supervisor.readProcessStdoutLog",
  "supervisor.tailProcessLog": "supervisor.tailProcessStdoutLog",
  "supervisor.clearProcessLog": "supervisor.clearProcessLogs",
} as const satisfies Record<string, SupervisorMethodName>;

const one = (params: readonly Parameter[], returns: WireType, help: string): Method => ({
  params,
  returns,
  help,
  gate: false,
  wait: false,
});

/** What is no text is the name of no method, as an unknown one is. */
const anyName = { name: "name", kind: "anything" } as const;

/** Methods about the interface itself. `multicall` takes its calls unconverted: each is judged as a call of its own. */
const SYSTEM_METHODS: ReadonlyMap<string, Method> = new Map([
  ["system.listMethods", one([], "array", "Names of all methods, sorted.")],
  ["system.methodHelp", one([anyName], "string", "What a method does.")],
  ["system.methodSignature", one([anyName], "array", "Type of a method's result, then those of its parameters.")],
  [
    "system.multicall",
    {
      ...one(
        [{ name: "calls", kind: "anything" }],
        "array",
        "Runs several calls, each {methodName, params}, in order.",
      ),
      wait: true,
    },
  ],
]);

export type SupervisorMethodName = keyof typeof SUPERVISOR_METHODS;

/** Every published method by the name a caller may use, aliases included. */
export const CONTRACT: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...Object.entries(SUPERVISOR_METHODS),
  ...Object.entries(ALIASES).map(([alias, target]): [string, Method] => [alias, SUPERVISOR_METHODS[target]]),
  ...SYSTEM_METHODS,
]);

/** The table name behind a called name: aliases resolved; `null` for `system.*` and for names that do not exist. */
export function implementationOf(called: string): SupervisorMethodName | null {
  return IMPLEMENTATIONS.get(called) ?? null;
}

const IMPLEMENTATIONS: ReadonlyMap<string, SupervisorMethodName> = new Map([
  ...(Object.keys(SUPERVISOR_METHODS) as SupervisorMethodName[]).map((name) => [name, name] as const),
  ...Object.entries(ALIASES),
]);

/** What an implementation provides: each method of the table, with converted arguments. Refusals are thrown `Fault`s. */
export type RpcMethods = {
  readonly [Name in SupervisorMethodName]: (
    ...args: Arguments<Name>
  ) => Given<RpcResults[Name]> | Promise<Given<RpcResults[Name]>>;
};

/** Text may be given as the bytes that it is read from. */
type Given<Result> = Result extends string
  ? Result | Utf8Text
  : Result extends TailResult
    ? readonly [...{ [Index in keyof Result]: Given<Result[Index]> }]
    : Result;

/** Converted arguments, optional ones filled in. */
export type Arguments<Name extends SupervisorMethodName> = ArgumentsOf<(typeof SUPERVISOR_METHODS)[Name]["params"]>;

type ArgumentsOf<Params extends readonly Parameter[]> = {
  -readonly [Index in keyof Params]: Argument<Params[Index]["kind"]>;
};

type Argument<Kind extends ParameterKind> = Kind extends "integer"
  ? number
  : Kind extends "flag"
    ? boolean
    : Kind extends "signal"
      ? string | number
      : string;

/** Results by method. A test holds these against the wire types of the table. */
export interface RpcResults {
  "supervisor.addProcessGroup": boolean;
  "supervisor.clearAllProcessLogs": readonly ProcessStatus[];
  "supervisor.clearLog": boolean;
  "supervisor.clearProcessLogs": boolean;
  "supervisor.getAPIVersion": string;
  "supervisor.getAllConfigInfo": readonly ConfigInfo[];
  "supervisor.getAllProcessInfo": readonly ProcessInfo[];
  "supervisor.getIdentification": string;
  "supervisor.getPID": number;
  "supervisor.getProcessInfo": ProcessInfo;
  "supervisor.getState": SupervisorState;
  "supervisor.getSupervisorVersion": string;
  "supervisor.readLog": string;
  "supervisor.readProcessStderrLog": string;
  "supervisor.readProcessStdoutLog": string;
  "supervisor.reloadConfig": ReloadResult;
  "supervisor.removeProcessGroup": boolean;
  "supervisor.restart": boolean;
  "supervisor.sendProcessStdin": boolean;
  "supervisor.sendRemoteCommEvent": boolean;
  "supervisor.shutdown": boolean;
  "supervisor.signalAllProcesses": readonly ProcessStatus[];
  "supervisor.signalProcess": boolean | readonly ProcessStatus[];
  "supervisor.signalProcessGroup": readonly ProcessStatus[];
  "supervisor.startAllProcesses": readonly ProcessStatus[];
  "supervisor.startProcess": boolean | readonly ProcessStatus[];
  "supervisor.startProcessGroup": readonly ProcessStatus[];
  "supervisor.stopAllProcesses": readonly ProcessStatus[];
  "supervisor.stopProcess": boolean | readonly ProcessStatus[];
  "supervisor.stopProcessGroup": readonly ProcessStatus[];
  "supervisor.tailProcessStderrLog": TailResult;
  "supervisor.tailProcessStdoutLog": TailResult;
}

/** Fails to compile if a method lacks a result type, or if a result cannot be written to the wire. */
export type EveryResult = { [Name in SupervisorMethodName]: RpcResults[Name] & Encodable };
