import { constants } from "node:os";

/**
 * A signal as callers write it: a number, or a name in any case with or without SIG. 0 asks whether the process is there.
 * `null` if there is no such signal on this platform.
 */
export function parseSignal(text: string): number | null {
  const word = text.trim().toUpperCase();
  if (/^\d+$/.test(word)) {
    const number = Number(word);
    return number <= 64 ? number : null;
  }
  const signals: Readonly<Record<string, number>> = constants.signals;
  const name = word.startsWith("SIG") ? word : `SIG${word}`;
  return Object.hasOwn(signals, name) ? (signals[name] ?? null) : null;
}
