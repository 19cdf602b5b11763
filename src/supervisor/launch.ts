import { pathBelow } from "../files/path-below.ts";
import { namespec, processKey, type ProcessSpec, type StreamSpec } from "../model/model.ts";
import type {
  ConsoleStyle,
  LogSpec,
  ProcessLogs,
  SharedSocket,
  StartRequest,
  StopManners,
  StreamName,
} from "../protocol/keeper.ts";
import type { AutoLogs } from "./auto-logs.ts";
import { findCommand, type FoundCommand } from "./find-command.ts";

/** What is the same for all programs of a daemon. */
export interface LaunchContext {
  /** The daemon's own environment, which every program inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** The daemon's folder: where relative commands and log files are looked up. */
  readonly cwd: string;
  /** What SUPERVISOR_SERVER_URL is when a program does not say; `null` leaves it out. */
  readonly serverUrl: string | null;
  readonly stripAnsi: boolean;
  readonly autoLogs: AutoLogs;
  /** Set in containers: streams without a log file of their own go to the keeper's standard output, in this style. */
  readonly console?: ConsoleStyle | null;
  /** Groups whose processes speak the event listener protocol on their stdout. */
  readonly isListener?: (group: string) => boolean;
  /** The listening socket that the processes of a FastCGI group share; `null` for other groups. */
  readonly socketOf?: (group: string) => SharedSocket | null;
}

/** A start request for the keeper, or why the command cannot be run now. Throws if an AUTO log cannot be created. */
export function prepareLaunch(
  spec: ProcessSpec,
  incarnation: number,
  context: LaunchContext,
): { readonly ok: true; readonly request: StartRequest } | Extract<FoundCommand, { ok: false }> {
  const environment = environmentOf(spec, context);
  const found = findCommand(spec.command, environment["PATH"], context.cwd);
  if (!found.ok) return found;
  context.autoLogs.keepFolder();
  const socket = context.socketOf?.(spec.group) ?? null;
  const request: StartRequest = {
    key: processKey(spec),
    incarnation,
    file: found.file,
    argv: found.argv,
    environment,
    directory: spec.directory === null ? null : pathBelow(context.cwd, spec.directory),
    umask: spec.umask,
    uid: spec.uid,
    logs: logsOf(spec, context),
    stop: stopOf(spec),
    ...(socket === null ? {} : { socket }),
  };
  return { ok: true, request };
}

/** How the keeper stops it where no supervisor does. */
export function stopOf({ stopsignal, stopwaitsecs, stopasgroup, killasgroup }: ProcessSpec): StopManners {
  return { signal: stopsignal, waitsecs: stopwaitsecs, stopasgroup, killasgroup };
}

/** Checks the command as `start` requests do before anything else. */
export function checkCommand(spec: ProcessSpec, context: LaunchContext): FoundCommand {
  return findCommand(spec.command, environmentOf(spec, context)["PATH"], context.cwd);
}

/**
 * The daemon's environment, then SUPERVISOR_*, then the configured one on top: that order is Supervisor's. By assignment: V8 takes
 * five times as long to spread something as large into an object that has more.
 */
export function environmentOf(spec: ProcessSpec, context: LaunchContext): Record<string, string> {
  const url = spec.serverurl ?? context.serverUrl;
  const own = { SUPERVISOR_ENABLED: "1", SUPERVISOR_PROCESS_NAME: spec.name, SUPERVISOR_GROUP_NAME: spec.group };
  const address = url === null || url === "" ? null : { SUPERVISOR_SERVER_URL: url };
  return Object.assign({}, context.environment, own, address, spec.environment);
}

export function logsOf(spec: ProcessSpec, context: LaunchContext): ProcessLogs {
  return {
    stdout: logSpec(spec, "stdout", context),
    stderr: spec.redirectStderr ? "stdout" : logSpec(spec, "stderr", context),
  };
}

/**
 * The file a stream is logged to; `null` if none is, as when an AUTO log cannot be made: that is the start's to tell, and hides
 * nothing of other processes. With redirect_stderr, stderr has none of its own.
 */
export function logPath(spec: ProcessSpec, stream: StreamName, context: LaunchContext): string | null {
  try {
    return madeLog(spec, stream, context);
  } catch {
    return null;
  }
}

/** The same, but throws if an AUTO log cannot be made. */
function madeLog(spec: ProcessSpec, stream: StreamName, context: LaunchContext): string | null {
  if (stream === "stderr" && spec.redirectStderr) return null;
  const target = spec[stream].logfile;
  switch (target.kind) {
    case "none":
      return null;
    case "file":
      return target.path === "" ? null : pathBelow(context.cwd, target.path);
    case "auto":
      return context.console ? null : context.autoLogs.pathFor(processKey(spec), spec.name, stream);
  }
}

/** AUTO logs are there as soon as their process is known, also if it never starts: Supervisor's are. */
export function makeAutoLogs(spec: ProcessSpec, context: LaunchContext): void {
  for (const stream of ["stdout", "stderr"] as const) {
    // What is wrong is found out, and said, when the process starts.
    if (spec[stream].logfile.kind === "auto") logPath(spec, stream, context);
  }
}

function logSpec(spec: ProcessSpec, stream: StreamName, context: LaunchContext): LogSpec {
  const settings: StreamSpec = spec[stream];
  // A listener's answers must not be lost with a supervisor that dies, nor altered: they are kept, as they are; the log has them
  // without ANSI sequences, if so wanted. Capture mode and log events of its stdout have no effect under Supervisor either.
  const answers = stream === "stdout" && context.isListener?.(spec.group) === true;
  const shown = context.console && settings.logfile.kind === "auto" && !answers ? context.console : null;
  return {
    path: madeLog(spec, stream, context),
    ...(settings.logfile.kind === "auto" && shown === null ? { openLate: true as const } : {}),
    ...(shown === null ? {} : { console: { ...shown, name: namespec(spec), stream } }),
    maxbytes: settings.maxbytes,
    backups: settings.backups,
    stripAnsi: context.stripAnsi,
    captureMaxbytes: answers ? 0 : settings.captureMaxbytes,
    events: answers ? "raw" : settings.eventsEnabled,
  };
}
