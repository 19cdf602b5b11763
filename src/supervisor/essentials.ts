import { statusOfEnd, statusOfShutdown } from "../machine/essential.ts";
import { fullExitText } from "../machine/exit-text.ts";
import { namespec } from "../model/model.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Calls `ended` once, with the exit status that the daemon is to have, when a process of an essential program has ended for
 * good. A supervisor that is started anew looks at what has happened already.
 */
export function watchEssentials(supervisor: Supervisor, ended: (status: number, why: string) => void): void {
  let over = false;
  const look = (processes: readonly ManagedProcess[]): void => {
    if (over || supervisor.mood !== "running") return;
    for (const process of processes) {
      const status = process.spec.essential ? statusOfEnd(process.life) : null;
      if (status === null) continue;
      over = true;
      const { state, lastExit, spawnerr } = process.life;
      const how = state === "FATAL" || lastExit === null ? spawnerr : fullExitText(lastExit);
      return ended(status, `essential: ${namespec(process.spec)} ended for good (${how})`);
    }
  };
  supervisor.bus.subscribe((event) => {
    // In a turn of its own: the machine that tells of it is not done yet.
    if (event.type === "state" && event.process.spec.essential) queueMicrotask(() => look([event.process]));
  });
  queueMicrotask(() => look(supervisor.processes()));
}

/**
 * After a shutdown that was asked for: the first exit status of an essential process that is not 0, else 0; `null` if there was
 * none running.
 */
export function essentialStatus(supervisor: Supervisor): number | null {
  const statuses = supervisor
    .processes()
    .map((process) => (process.spec.essential ? statusOfShutdown(process.life) : null))
    .filter((status) => status !== null);
  return statuses.find((status) => status !== 0) ?? statuses[0] ?? null;
}
