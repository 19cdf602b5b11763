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
function awaitedBy(supervisor: Supervisor, process: ManagedProcess): Awaited[] {
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

/** Whether some of what a process waits for, directly or not, will not come by itself: it has failed, or somebody has stopped it. */
export function waitsInVain(supervisor: Supervisor, process: ManagedProcess): boolean {
  return awaitedBy(supervisor, process).some(
    (one) => hasFailed(supervisor, one) || isLeftDown(supervisor, one.process),
  );
}

/** Resolves once `condition` holds; it is looked at again after every change of the process, and of what it waits for. */
export async function untilWithAwaited(
  supervisor: Supervisor,
  process: ManagedProcess,
  condition: () => boolean,
): Promise<void> {
  const concerned = (): ManagedProcess[] => [process, ...awaitedBy(supervisor, process).map((one) => one.process)];
  const watched = new Set(concerned());
  let isOver = false;
  // It may begin to wait for others meanwhile.
  const look = (): boolean => (isOver ||= condition()) || concerned().some((one) => !watched.has(one));
  await Promise.race([...watched].map((one) => supervisor.until(one, look)));
  if (!isOver) await untilWithAwaited(supervisor, process, condition);
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

function isLeftDown(supervisor: Supervisor, process: ManagedProcess): boolean {
  const isComing = process.startAgain !== null || supervisor.waitingFor(process).length > 0;
  return process.life.state === "STOPPED" && !isComing;
}
