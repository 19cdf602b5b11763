import { isGoingDown, type Life } from "./life.ts";

/** What a change of the files that a process is made of means for it. */
export type AnswerToChange =
  /** Stop it, then start it. */
  | "restart"
  /** Start it: the change may be what mends it, or it is a job that has work again. */
  | "start"
  | "leave";

/**
 * What runs is restarted; what failed, waits to be tried again or has ended by itself is started. What an operator stopped, or
 * what was never wanted, stays down, and what is on its way down is left alone: a restart under way will find the new files.
 */
export function answerToChange(life: Life): AnswerToChange {
  switch (life.state) {
    case "STARTING":
      return isGoingDown(life) ? "leave" : "restart";
    case "RUNNING":
    case "BACKOFF":
      return "restart";
    case "EXITED":
    case "FATAL":
      return "start";
    case "STOPPED":
    case "STOPPING":
    case "UNKNOWN":
      return "leave";
  }
}
