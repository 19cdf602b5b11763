import type { ExitedInput } from "../machine/input.ts";
import type { Exit, Life } from "../machine/life.ts";
import type { StreamName } from "../protocol/keeper.ts";
import type { SavedOutput } from "./run-output.ts";

/**
 * What the keeper keeps for us about one process, so that the next supervisor carries on where this one died: stored with
 * the acknowledgement of the event that led to it. JSON.
 */
export interface SavedProcess {
  readonly life: Life;
  readonly wallStart: number;
  readonly wallStop: number;
  readonly restarts: number;
  /** How its last run ended. */
  readonly lastEnd?: Exit;
  readonly ready: boolean;
  /** It was asked to start and waits for what it depends on. */
  readonly wanted: boolean;
  /**
   * It is being stopped only to be started again: an edit or a restart was under way. "returns": an edit takes it out, and only if the
   * config has it after all, or in another group, it is started again.
   */
  readonly startAgain: boolean | "returns";
  /** Its leader has ended, but it is STOPPING until its group is empty. */
  readonly leaderExit?: ExitedInput;
  /** Absent: its log files have nothing from before. */
  readonly output?: SavedOutput;
  readonly autoLogs: Partial<Record<StreamName, string>>;
}
