import type { Exit } from "./life.ts";
import { canonicalSignal } from "./signal-name.ts";

/** How a process ended, in Supervisor's words: `exit status 3`, `terminated by SIGSEGV (core dumped)`. */
export function exitText(exit: Exit): string {
  return exit.coreDumped === true ? `${causeOf(exit)} (core dumped)` : causeOf(exit);
}

/**
 * The same, with what else is known of it. That the kernel has killed somebody for lack of memory is known, and not that it was this
 * one: so it is said what was counted.
 */
export function fullExitText(exit: Exit): string {
  const { outOfMemory: kills = 0 } = exit;
  if (kills === 0) return exitText(exit);
  const whom = kills === 1 ? "a process" : `${kills} processes`;
  return `${exitText(exit)} (out of memory? the kernel has killed ${whom} of this daemon for lack of it since this one was started)`;
}

/** The number that Supervisor's `exitstatus` shows: the code, or -1 for a death by signal or an unknown status. */
export function exitStatusOf(exit: Exit): number {
  return exit.unknown || exit.signal !== null ? -1 : (exit.code ?? -1);
}

/**
 * Whether the ending is one that `exitcodes` names. A death by signal or an unknown status never is, whatever is listed
 * there: -1 is not a code that a program can return.
 */
export function isExpectedExit(exit: Exit, exitcodes: readonly number[]): boolean {
  if (exit.unknown || exit.signal !== null || exit.code === null) return false;
  return exitcodes.includes(exit.code);
}

function causeOf(exit: Exit): string {
  if (exit.unknown) return "exit status unknown";
  if (exit.signal !== null) {
    const signal = canonicalSignal(exit.signal);
    return typeof signal === "number" ? `terminated by signal ${signal}` : `terminated by ${signal}`;
  }
  return exit.code === null ? "exit status unknown" : `exit status ${exit.code}`;
}
