import type { DaemonLog } from "../logs/daemon-log.ts";
import type { Keeper } from "../protocol/keeper.ts";
import { shutDown } from "../supervisor/shut-down.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/**
 * How a daemon ended: for good; to be started again with a config read anew; or with all programs running on, for another
 * supervisor under the same keeper (`upgrade`), or for another keeper too (`handover`).
 */
export type Ending = "shutdown" | "restart" | "upgrade" | "handover";

/** Exit status of the daemon, or what finds it out once all is stopped. */
export type ExitStatus = number | (() => number);

export interface WayOut {
  /** Resolves when all is stopped and closed. */
  readonly done: Promise<Ending>;
  /** Begins the end; a restart under way becomes a shutdown. The first to ask for a `status` decides what it is. */
  readonly shutdown: (status?: ExitStatus) => void;
  /** Begins a restart, unless an end is under way. */
  readonly restart: () => void;
  /** Leaves at once and touches no program. False if an end is under way. */
  readonly upgrade: (how: "upgrade" | "handover") => boolean;
}

/**
 * The one way out: stop everything in order, close the doors, then tell the keeper to end as well; or, for a restart, to forget
 * everything, so that the next supervisor begins as the first one did, under the same keeper and its pid.
 */
export function wayOut(
  keeper: Keeper,
  supervisor: Supervisor,
  log: DaemonLog,
  answered: Parameters<typeof shutDown>[3],
  close: (how: Ending) => Promise<void>,
): WayOut {
  let begun: Ending | null = null;
  let exitStatus: ExitStatus | null = null;
  let finish: (how: Ending) => void = () => {};
  const done = new Promise<Ending>((resolve) => (finish = resolve));
  const leave = async (mood: "restarting" | "shutdown"): Promise<void> => {
    // What an edit had begun whose supervisor was killed, and no later one has taken up: the keeper does not end before it.
    const nobodys = supervisor.dropInherited();
    await shutDown(supervisor, mood, (message) => log("info", message), answered);
    await nobodys;
    await close(begun ?? "shutdown");
    // Only now: until here a restart may have become a shutdown.
    if (begun === "restart") await forgetAll(keeper, supervisor);
    else {
      const status = typeof exitStatus === "function" ? exitStatus() : (exitStatus ?? 0);
      const force = tellOfSurvivors(supervisor, log);
      // The next daemon finds them, and is to begin as if it were the first: nothing that was stopped now stays stopped.
      if (force) await forgetAll(keeper, supervisor);
      await keeper.quit({ status, force });
    }
  };
  const note = (how: Ending): void => {
    // What a signal asked for is asked for again by the keeper.
    if (typeof exitStatus === "function") return;
    keeper.acknowledge(0, { [ENDING]: JSON.stringify({ how, status: exitStatus ?? 0 }) });
  };
  const begin = (how: Ending): void => {
    if (begun === null) {
      begun = how;
      note(how);
      leave(how === "restart" ? "restarting" : "shutdown")
        .catch((error: unknown) => log("critical", `${begun} failed: ${(error as Error).stack}`))
        .then(() => finish(begun ?? how));
    } else if (how === "shutdown" && begun === "restart") {
      begun = how;
      note(how);
      supervisor.setMood("shutdown");
    }
  };
  const shutdown = (status: ExitStatus = 0): void => {
    exitStatus ??= status;
    begin("shutdown");
  };
  const upgrade = (how: "upgrade" | "handover"): boolean => {
    if (begun !== null) return false;
    begun = how;
    close(how)
      .then(() => (how === "handover" ? keeper.quit({ force: true }) : settled(keeper)))
      .catch((error: unknown) => log("critical", `${how} failed: ${(error as Error).stack}`))
      .then(() => finish(how));
    return true;
  };
  return { done, shutdown, restart: () => begin("restart"), upgrade };
}

/** Goes on with the end that a supervisor before us, under the same keeper, had begun. False if there is none. */
export function goOnEnding(saved: Readonly<Record<string, string>>, { shutdown, restart }: WayOut): boolean {
  const noted = saved[ENDING];
  if (noted === undefined) return false;
  const { how, status } = JSON.parse(noted) as { readonly how: Ending; readonly status: number };
  if (how === "restart") restart();
  else shutdown(status);
  return true;
}

/** Under this name the keeper keeps which end is under way. */
export const ENDING = "ending";

/** Requests are answered in order: after this one the keeper has all that was sent before it. */
async function settled(keeper: Keeper): Promise<void> {
  await keeper.closeSocket("");
}

/** Whether somebody could not be signalled and runs on: nothing waits for it, and the next daemon takes it over. */
function tellOfSurvivors(supervisor: Supervisor, log: DaemonLog): boolean {
  const survivors = supervisor.processes().filter((process) => process.pid !== 0);
  for (const { spec, pid } of survivors) log("warn", `${spec.name} (pid ${pid}) could not be signalled, and runs on`);
  return survivors.length > 0;
}

async function forgetAll(keeper: Keeper, supervisor: Supervisor): Promise<void> {
  // Who could not be signalled runs on, and is taken over by the next supervisor as it finds it.
  const gone = supervisor.processes().filter((process) => process.pid === 0);
  const keys = supervisor.processes().map((process) => process.key);
  keeper.acknowledge(0, Object.fromEntries(["daemon", ENDING, ...keys].map((key) => [key, null])));
  // Answered in order: when the last is through, so is what was sent before it.
  await Promise.all(gone.map((process) => keeper.forget(process.key)));
  await keeper.reopenLogs();
}
