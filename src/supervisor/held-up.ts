import { awaitsRestart } from "../machine/life.ts";
import type { Dependency } from "../model/model.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * What has failed for good, or ended otherwise than it was to, and so holds up a process that waits for it, directly or not. The
 * process starts if somebody starts that; none where it may come up by itself.
 */
export function heldUpBy(supervisor: Supervisor, process: ManagedProcess): ManagedProcess[] {
  const failed = awaitedBy(supervisor, process).filter((one) => hasFailed(supervisor, one));
  return [...new Set(failed.map((one) => one.process))];
}

/** What a process waits for, directly or not, and what that is to come to. One may be awaited for more than one thing. */
export function awaitedBy(supervisor: Supervisor, process: ManagedProcess): Awaited[] {
  const found: Awaited[] = [];
  const asked = new Set<ManagedProcess>();
  const ask = (waiting: ManagedProcess): void => {
    if (asked.has(waiting)) return;
    asked.add(waiting);
    for (const { program, condition } of supervisor.waitingFor(waiting)) {
      for (const needed of supervisor.processesOf(program)) {
        found.push({ process: needed, condition });
        ask(needed);
      }
    }
  };
  ask(process);
  return found;
}

interface Awaited {
  readonly process: ManagedProcess;
  readonly condition: Dependency["condition"];
}

function hasFailed(supervisor: Supervisor, { process, condition }: Awaited): boolean {
  if (supervisor.waitingFor(process).length > 0) return false;
  const { life } = process;
  if (life.state !== "EXITED") return life.state === "FATAL";
  return !awaitsRestart(life) && !(condition === "completed" && life.expected);
}
