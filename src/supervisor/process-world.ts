import type { Clock } from "../clock/clock.ts";
import type { EventEffect } from "../machine/effect.ts";
import type { LogLevel } from "../model/model.ts";
import type { Keeper } from "../protocol/keeper.ts";
import type { LaunchContext } from "./launch.ts";
import type { OutputHub } from "./output-hub.ts";

/** What processes need from the daemon they live in. */
export interface ProcessWorld<Process> {
  readonly keeper: Keeper;
  readonly clock: Clock;
  readonly output: OutputHub;
  readonly context: LaunchContext;
  /** False while the daemon shuts down: nothing is (re)started then. */
  accepting(): boolean;
  log(level: LogLevel, message: string): void;
  /** What is to be saved of it now, with something that is sent to the keeper at once. */
  toSave(process: Process): string | undefined;
  /** Something about this process is different now; `event` is set for a change of state. */
  changed(process: Process, event: EventEffect | null): void;
}
