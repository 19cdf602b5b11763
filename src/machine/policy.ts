import type { ProcessSpec } from "../model/model.ts";

/** The part of a process's description that decides its life. May change while it runs; the next step goes by it. */
export type LifecyclePolicy = Pick<
  ProcessSpec,
  | "name"
  | "autorestart"
  | "startsecs"
  | "startretries"
  | "backoffMax"
  | "exitcodes"
  | "stopsignal"
  | "stopwaitsecs"
  | "stopasgroup"
  | "killasgroup"
>;

export interface StepContext {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** The daemon is RUNNING. While it goes down nothing is started, retried or restarted. */
  readonly accepting: boolean;
}
