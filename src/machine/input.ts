import type { Exit } from "./life.ts";

/**
 * What can happen to a process. Inputs that the keeper causes may name the incarnation they are about; one about an
 * earlier incarnation changes nothing. Of later incarnations only a life or a death can be news: an earlier supervisor asked
 * for the start and died before it could note that.
 */
export type Input =
  /** An operator, autostart or a dependency wants it up. Refused (no effect) unless it is down. */
  | { readonly type: "start" }
  /** An operator wants it down. Calls off a retry or a restart that is due. */
  | { readonly type: "stop" }
  /** The daemon goes down: like `stop`, but one that waits to retry becomes FATAL without a word. */
  | { readonly type: "shutdown" }
  /** The keeper has spawned it. */
  | { readonly type: "spawned"; readonly pid: number; readonly incarnation?: number }
  /**
   * It could not be spawned; `message` becomes its `spawnerr`. `shortage`: not for anything that is wrong with it, but because
   * the machine had no descriptors, processes or memory left at that moment.
   */
  | {
      readonly type: "spawnFailed";
      readonly message: string;
      readonly shortage?: boolean;
      readonly incarnation?: number;
    }
  | ExitedInput
  /** The deadline may have come. Early or needless ones change nothing. */
  | { readonly type: "timer" }
  | SignalRefusedInput
  | AdoptedInput
  /**
   * Somebody is impatient: SIGKILL is due in `seconds` at the latest, if it is stopping or is told to before the spawn in
   * flight is answered. Never postpones it.
   */
  | { readonly type: "kick"; readonly seconds: number };

/** It has ended. */
export interface ExitedInput extends Exit {
  readonly type: "exited";
  /** Only needed if the death may overtake the answer to the spawn. */
  readonly pid?: number;
  readonly incarnation?: number;
  /** When it really ended, monotonic milliseconds; now if absent. Decides "too quickly" even if the news came late. */
  readonly at?: number;
  /** It put itself into the background: what to say about that. Absent if it did not. */
  readonly background?: string;
}

/** The keeper's answer to a signal of ours. */
export interface SignalRefusedInput {
  readonly type: "signalRefused";
  readonly errno: string;
  /** `stop` (default): a signal that the machine asked for. `signal`: one that an operator sent by hand. */
  readonly during?: "stop" | "signal";
  readonly incarnation?: number;
}

/** After a restart of the supervisor: the keeper says that it lives. */
export interface AdoptedInput {
  readonly type: "adopted";
  readonly pid: number;
  readonly incarnation: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}
