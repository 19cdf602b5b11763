import type { EventEffect } from "../machine/effect.ts";
import { fullExitText } from "../machine/exit-text.ts";
import { signalText } from "../machine/signal-name.ts";
import type { ManagedProcess } from "./managed-process.ts";
import { endOf } from "./snapshot.ts";
import type { Supervisor } from "./supervisor.ts";

const SIGKILL = 9;

/** Why a process is in the state that it has just come into, for people who watch; "" where that goes without saying. */
export function stateDetail(supervisor: Supervisor, process: ManagedProcess, event: EventEffect): string {
  switch (event.name) {
    case "PROCESS_STATE_EXITED":
      return endOf(process, event.expected);
    case "PROCESS_STATE_FATAL":
    case "PROCESS_STATE_UNKNOWN":
      return supervisor.why(process);
    case "PROCESS_STATE_BACKOFF":
      // The last try: FATAL follows at once, and says the rest.
      return process.life.state === "FATAL" ? failureOf(process) : supervisor.why(process);
    case "PROCESS_STATE_STARTING":
    case "PROCESS_STATE_STOPPING":
      return process.because;
    case "PROCESS_STATE_STOPPED":
      return wasKilled(process) ? `killed, because it had not ended at ${signalText(process.spec.stopsignal)}` : "";
    default:
      return "";
  }
}

function failureOf({ life, lastEnd }: ManagedProcess): string {
  return life.lastExit === null || lastEnd === null ? life.spawnerr : fullExitText(lastEnd);
}

function wasKilled({ spec, lastEnd }: ManagedProcess): boolean {
  return spec.stopsignal !== SIGKILL && lastEnd?.signal === "SIGKILL";
}
