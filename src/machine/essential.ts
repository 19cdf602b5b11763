import type { Exit, Life } from "./life.ts";
import { canonicalSignal, signalNumber } from "./signal-name.ts";

/**
 * The exit status that a process's end for good stands for, as a shell has it; `null` while it runs, is to be started again,
 * or was stopped by somebody on purpose. What could not be started is never a success, even if its last attempt ended with 0.
 */
export function statusOfEnd(life: Life): number | null {
  switch (life.state) {
    case "EXITED":
      return life.deadline === null ? shellStatus(life.lastExit) : null;
    case "FATAL":
      return life.cause === "gave-up" ? shellStatus(life.lastExit) || FAILED : null;
    default:
      return null;
  }
}

/** The same for a process that the daemon's own end has ended; `null` for one that was not running then. */
export function statusOfShutdown(life: Life): number | null {
  if (life.state === "STOPPED" && life.reason === "shutdown") return shellStatus(life.lastExit);
  return life.state === "FATAL" && life.cause === "shutdown" ? FAILED : statusOfEnd(life);
}

/** 128 and the number of the signal that killed it; 1 if nobody knows. */
function shellStatus(exit: Exit | null): number {
  if (exit === null || exit.unknown) return FAILED;
  if (exit.signal === null) return exit.code ?? FAILED;
  const signal = canonicalSignal(exit.signal);
  const number = typeof signal === "number" ? signal : signalNumber(signal);
  return number === null ? FAILED : 128 + number;
}

const FAILED = 1;
