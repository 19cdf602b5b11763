import type { LogLevel } from "../model/model.ts";
import { formatLogLine, isLogged } from "./log-line.ts";

/** Where finished lines go: a rotating file, standard output, syslog. Given by whoever composes the daemon. */
export interface LogSink {
  write(line: string): void;
  /** Writes what it still holds, if it holds lines back. */
  flush?(): void;
  /** Closes and reopens by name, after a rotation from outside. */
  reopen?(): void;
}

/** The daemon's own log. Writing never throws: a full disk must not stop supervision. */
export interface DaemonLog {
  (level: LogLevel, message: string): void;
  setLevel(level: LogLevel): void;
  /** From here on all that was logged is written, and not only when this turn ends. */
  flush(): void;
  reopen(): void;
}

/** `leaveOut` is asked for each line whether it is to be left out. */
export function createDaemonLog(
  sinks: readonly LogSink[],
  level: LogLevel,
  now: () => Date,
  leaveOut: (line: string) => boolean = () => false,
): DaemonLog {
  let threshold = level;
  const log = (level: LogLevel, message: string): void => {
    if (!isLogged(level, threshold)) return;
    const line = formatLogLine(now(), level, message);
    if (leaveOut(line.slice(0, -1))) return;
    for (const sink of sinks) attempt(() => sink.write(line));
  };
  return Object.assign(log, {
    setLevel: (next: LogLevel): void => void (threshold = next),
    flush: (): void => {
      for (const sink of sinks) attempt(() => sink.flush?.());
    },
    reopen: (): void => {
      for (const sink of sinks) attempt(() => sink.reopen?.());
    },
  });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Nowhere is left to complain to; the next line tries again.
  }
}
