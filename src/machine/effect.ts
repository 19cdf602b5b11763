import type { ProcessState } from "../model/states.ts";
import type { Life } from "./life.ts";

/** What the machine wants done, in this order. */
export type Effect = SpawnEffect | SignalEffect | LogEffect | EventEffect;

/** Ask the keeper for incarnation number `incarnation`. Answered by exactly one `spawned` or `spawnFailed`. */
export interface SpawnEffect {
  readonly type: "spawn";
  readonly incarnation: number;
}

export interface SignalEffect {
  readonly type: "signal";
  /** Signal number. */
  readonly signal: number;
  readonly target: "process" | "group";
}

/** One line of the main log, in Supervisor's words. */
export interface LogEffect {
  readonly type: "log";
  readonly level: "debug" | "info" | "warn" | "critical";
  readonly message: string;
}

/** A change of state, with the values that its payload shows. `tries` counts failed starts in a row. */
export type EventEffect = { readonly type: "event"; readonly from: ProcessState } & (
  | { readonly name: "PROCESS_STATE_STARTING" | "PROCESS_STATE_BACKOFF"; readonly tries: number }
  /** STOPPED has pid 0 if it comes from BACKOFF or EXITED, where only a restart was to be stopped. */
  | {
      readonly name: "PROCESS_STATE_RUNNING" | "PROCESS_STATE_STOPPING" | "PROCESS_STATE_STOPPED";
      readonly pid: number;
    }
  | { readonly name: "PROCESS_STATE_EXITED"; readonly expected: boolean; readonly pid: number }
  | { readonly name: "PROCESS_STATE_FATAL" | "PROCESS_STATE_UNKNOWN" }
);

/** What an input leads to. */
export interface Step {
  readonly life: Life;
  readonly effects: readonly Effect[];
}

export function unchanged(life: Life): Step {
  return { life, effects: [] };
}

/** Goes on from where a step led. */
export function andThen(first: Step, next: (life: Life) => Step): Step {
  const second = next(first.life);
  return { life: second.life, effects: [...first.effects, ...second.effects] };
}

export function log(level: LogEffect["level"], message: string): LogEffect {
  return { type: "log", level, message };
}
