import type { LogLevel } from "../model/model.ts";

/** Supervisor's level numbers and the four-letter tags of its log lines. */
const LEVELS: Readonly<Record<LogLevel, { readonly rank: number; readonly tag: string }>> = {
  critical: { rank: 50, tag: "CRIT" },
  error: { rank: 40, tag: "ERRO" },
  warn: { rank: 30, tag: "WARN" },
  info: { rank: 20, tag: "INFO" },
  debug: { rank: 10, tag: "DEBG" },
  trace: { rank: 5, tag: "TRAC" },
  blather: { rank: 3, tag: "BLAT" },
};

/** `2026-01-31 23:59:59,999 `: how much of a line is its time. */
export const TIMESTAMP_LENGTH = 24;

/** One line of the daemon's log, as Supervisor writes it: local time, milliseconds cut off, not rounded. */
export function formatLogLine(at: Date, level: LogLevel, message: string): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time},${String(at.getMilliseconds()).padStart(3, "0")} ${LEVELS[level].tag} ${message}\n`;
}

/** Whether a message of `level` is written when the log is set to `threshold`. */
export function isLogged(level: LogLevel, threshold: LogLevel): boolean {
  return LEVELS[level].rank >= LEVELS[threshold].rank;
}
