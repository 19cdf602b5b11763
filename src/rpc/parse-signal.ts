import { constants } from "node:os";
import { readInteger } from "../ini/python-text.ts";

/**
 * A signal as callers write it: a number as Python reads it (`+1`), or a name in any case with or without SIG. 0 asks whether the
 * process is there. `null` if there is no such signal on this platform.
 */
export function parseSignal(text: string): number | null {
  const number = readInteger(text, 10);
  if (number !== null) return number >= 0 && number <= 64 && !OF_THE_C_LIBRARY.has(number) ? number : null;
  const word = text.trim().toUpperCase();
  const signals: Readonly<Record<string, number>> = constants.signals;
  const name = word.startsWith("SIG") ? word : `SIG${word}`;
  if (Object.hasOwn(signals, name)) return signals[name] ?? null;
  return UNKNOWN_TO_NODE.get(name) ?? null;
}

/** What glibc keeps for its threads: a program can neither expect nor handle them. */
const OF_THE_C_LIBRARY: ReadonlySet<number> = new Set([32, 33]);

/** Names that Linux has and Node has not; programs such as web servers and service managers listen to the real-time ones. */
const UNKNOWN_TO_NODE: ReadonlyMap<string, number> = new Map([
  ["SIGCLD", constants.signals.SIGCHLD],
  ["SIGRTMIN", 34],
  ["SIGRTMAX", 64],
]);
