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

/**
 * What the end of an earlier daemon had stopped, or was about to, comes back: that end was killed itself, and nobody had asked for these
 * to be down. After `restore`, and not where the end goes on.
 */
export function comeBackFromEnd(supervisor: Starter, processes: Iterable<ManagedProcess>): void {
  for (const process of processes) {
    const { life } = process;
    if ((life.state !== "STOPPED" && life.state !== "STOPPING") || life.reason !== "shutdown") continue;
    process.startAgain = "resumed";
    comeBack(supervisor, process, "resumed");
  }
}

interface Starter {
  until(process: ManagedProcess, condition: () => boolean): Promise<void>;
  requestStart(process: ManagedProcess): void;
}
