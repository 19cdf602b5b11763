import { isDown } from "./is-down.ts";
import type { ManagedProcess } from "./managed-process.ts";

/** Goes on with what was meant for a process when the supervisor before us died. */
export function comeBack(supervisor: Starter, process: ManagedProcess, as: "resumed" | "returns"): void {
  if (process.startAgain !== as) return;
  void supervisor
    .until(process, () => isDown(process))
    .then(() => {
      // Unless somebody has taken the matter in hand meanwhile.
      if (process.startAgain === as) supervisor.requestStart(process);
    });
}

interface Starter {
  until(process: ManagedProcess, condition: () => boolean): Promise<void>;
  requestStart(process: ManagedProcess): void;
}
