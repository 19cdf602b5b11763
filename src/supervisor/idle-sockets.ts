import type { Keeper, KeeperEvent } from "../protocol/keeper.ts";
import { isDown } from "./is-down.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { ProcessGroup } from "./process-group.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Asks the keeper to close the socket of a FastCGI group once all of the group is down and none of it is about to come back:
 * a restart, of one process or of the only one, must not refuse clients.
 */
export function closeIdleSockets(supervisor: Supervisor, keeper: Keeper): void {
  const look = (group: ProcessGroup | undefined): void => {
    if (group === undefined || group.spec.fcgi === null) return;
    const close = (): void => {
      if (![...group.processes.values()].every(isAtRest)) return;
      keeper.closeSocket(group.name).catch(() => {
        // The keeper is gone, and the socket with it.
      });
    };
    // Whatever comes of this change comes with it: a restart follows an exit, a start follows a stop. Nothing but the
    // daemon's end comes of the last exit at a shutdown.
    if (supervisor.mood === "running") setImmediate(close);
    else close();
  };
  supervisor.bus.subscribe((event) => {
    if (event.type === "state") look(supervisor.groups.get(event.process.spec.group));
    // A supervisor that was killed may have left this to us.
    else if (event.type === "groupRestored" || event.type === "groupRemoved") look(event.group);
  });
}

/** Supervisor's words. */
export function socketLine(event: KeeperEvent & { type: "socket" }): string {
  return `${event.now === "created" ? "Creating" : "Closing"} socket ${event.url}`;
}

function isAtRest(process: ManagedProcess): boolean {
  return isDown(process) && process.life.deadline === null && !process.wanted && process.startAgain === null;
}
