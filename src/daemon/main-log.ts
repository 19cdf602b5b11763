import { logPosition, ToldAlready } from "./told-already.ts";
import { createDaemonLog, type DaemonLog, type LogSink } from "../logs/daemon-log.ts";
import type { SupervisordSpec } from "../model/model.ts";

/** How the sinks of the daemon's log are made. */
export interface LogParts {
  /** A file by its absolute path, or a terminal or pipe such as /dev/stdout. Throws the system's error. */
  readonly openLog: (path: string, maxbytes: number, backups: number) => LogSink;
  readonly openSyslog: () => LogSink;
  readonly stdout: LogSink;
}

export interface MainLogFile {
  readonly log: DaemonLog;
  /** `null`: there is no file to read. */
  readonly path: string | null;
  /** To be saved together with the acknowledgement of what was logged, which is written by then: empty if nothing was. */
  readonly changes: () => { readonly mainLog?: string | null };
  /** `save` is called for each line: else the same one would be left out later, after a death of ours. */
  readonly onLonger: (save: () => void) => void;
}

/**
 * The daemon's own log as its config asks for it.
 *
 * @param fallback the file for a config that names none; `null`: then there is none.
 * @param copy whether lines go to standard output too.
 * @param saved `position` as the supervisor before us saved it last.
 * @throws the system's error if the file cannot be opened.
 */
export function openMainLog(
  spec: SupervisordSpec,
  fallback: string | null,
  copy: boolean,
  parts: LogParts,
  saved: string | undefined,
): MainLogFile {
  const path = spec.logfile ?? fallback;
  const isSyslog = path === "syslog";
  const file = isSyslog ? null : path;
  const told = new ToldAlready(file, saved);
  const sinks = copy ? [parts.stdout] : [];
  if (isSyslog) sinks.push(parts.openSyslog());
  else if (path !== null) sinks.push(parts.openLog(path, spec.logfileMaxbytes, spec.logfileBackups));
  let isLonger = true;
  let saveSoon = (): void => {};
  const log = createDaemonLog(
    sinks,
    spec.loglevel,
    () => new Date(),
    (line) => {
      isLonger = true;
      saveSoon();
      return told.has(line);
    },
  );
  return {
    log,
    path: file,
    changes: () => {
      if (!isLonger) return {};
      isLonger = false;
      log.flush();
      return { mainLog: logPosition(file) };
    },
    onLonger: (save) => void (saveSoon = save),
  };
}
