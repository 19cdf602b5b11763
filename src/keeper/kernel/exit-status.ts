import { constants } from "node:os";
import type { ProcStat } from "./proc.ts";

/** How a process ended. `unknown`: nobody can tell; then `code` and `signal` are `null`. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
  readonly unknown: boolean;
  /** It has left a core dump, as far as is known. */
  readonly coreDumped?: true;
  /** See `ExitEvent`. */
  readonly outOfMemory?: number;
}

/**
 * The truth about an exit that Node reports. Node has no names for real-time signals, so it reports a process killed by one
 * as exit code 0. The life FIFO ends before the parent is told of the death, and at that moment /proc still shows the
 * status: `last` is what it showed. If something else kept the life FIFO open there is no such moment; then 0 is believed,
 * unless the keeper itself sent a real-time signal (`sentRealTime`).
 */
export function exitStatus(
  code: number | null,
  signal: string | null,
  last: ProcStat | null,
  sentRealTime: boolean,
): ExitStatus {
  if (signal) return { code: null, signal: signal === "SIGIO" ? "SIGPOLL" : signal, unknown: false };
  if (code !== null && code !== 0) return { code, signal: null, unknown: false };
  if (last !== null && last.exiting) {
    const number = last.exitCode & 0x7f;
    return number === 0
      ? { code: 0, signal: null, unknown: false }
      : { code: null, signal: signalName(number), unknown: false };
  }
  return sentRealTime ? UNKNOWN_EXIT : { code: 0, signal: null, unknown: false };
}

export const UNKNOWN_EXIT: ExitStatus = { code: null, signal: null, unknown: true };

/** Linux: 34 to 64 as programs see them. The two ends have names, the others only numbers. */
export const FIRST_REAL_TIME = 32;

/** `SIGTERM` for 15; `signal 40` for one without a name. */
export function signalName(number: number): string {
  return SIGNAL_NAMES.get(number) ?? `signal ${number}`;
}

/** Where one number has several names, it is the first of Node's. */
const SIGNAL_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.signals)
    .map(([name, number]) => [number, name] as const)
    .toReversed(),
  [34, "SIGRTMIN"],
  [64, "SIGRTMAX"],
]);
