import type { Life } from "../machine/life.ts";
import type { StreamName } from "../protocol/keeper.ts";

/**
 * What the keeper keeps for us about one process, so that the next supervisor carries on where this one died: stored with
 * the acknowledgement of the event that led to it. JSON.
 */
export interface SavedProcess {
  readonly life: Life;
  readonly wallStart: number;
  readonly wallStop: number;
  readonly restarts: number;
  readonly ready: boolean;
  readonly autoLogs: Partial<Record<StreamName, string>>;
}
