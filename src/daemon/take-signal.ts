import type { DaemonLog } from "../logs/daemon-log.ts";
import type { Keeper } from "../protocol/keeper.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { WayOut } from "./way-out.ts";

export interface SignalledDaemon {
  readonly supervisor: Supervisor;
  readonly config: ConfigControl;
  readonly keeper: Keeper;
  readonly log: DaemonLog;
  readonly wayOut: WayOut;
  /** What SIGHUP means: for `supervisord` a restart of everything, for `sup` to apply what changed in the config. */
  readonly hangup: "restart" | "update";
  /** The daemon's exit status after a signal that ended it, by the signal's number; `null`: 0. */
  readonly statusAfter: ((signal: number) => number) | null;
}

/** Does what a signal to the daemon asks for. `signal` is without SIG. */
export function takeSignal(signal: string, daemon: SignalledDaemon): void {
  const { log, wayOut } = daemon;
  switch (signal) {
    case "TERM":
    case "INT":
    case "QUIT":
      log("warn", `received SIG${signal} indicating exit request`);
      return wayOut.shutdown(daemon.statusAfter === null ? 0 : () => daemon.statusAfter?.(ENDING[signal]) ?? 0);
    case "HUP":
      return daemon.hangup === "restart" ? hangUp(daemon) : update(daemon);
    case "USR2":
      log("info", "received SIGUSR2 indicating log reopen request");
      log("info", "supervisord logreopen");
      log.reopen();
      return void daemon.keeper
        .reopenLogs()
        .catch((error: unknown) => log("error", `the logs were not reopened: ${(error as Error).message}`));
    default:
      return;
  }
}

function update({ config, log, supervisor }: SignalledDaemon): void {
  log("warn", "received SIGHUP: reading the config again");
  if (supervisor.mood !== "running") return;
  config.update().catch((error: unknown) => log("error", `update failed: ${(error as Error).stack}`));
}

/**
 * Supervisor stops everything first and then finds out whether it can read its config; a mistake in it was the end of all
 * programs. Here the config is read first.
 */
function hangUp({ config, log, supervisor, wayOut }: SignalledDaemon): void {
  if (supervisor.mood === "shutdown") {
    return log("warn", "ignored SIGHUP indicating restart request (shutdown in progress)");
  }
  log("warn", "received SIGHUP indicating restart request");
  if (supervisor.mood === "restarting") return;
  config.read().then(
    (read) => {
      if (read.ok) return wayOut.restart();
      const problems = read.problems.map((problem) => problem.message).join("\n");
      log("error", `restart refused, everything runs on: the config has mistakes:\n${problems}`);
    },
    (error: unknown) => log("error", `restart refused: ${(error as Error).stack}`),
  );
}

const ENDING = { TERM: 15, INT: 2, QUIT: 3 } as const;
