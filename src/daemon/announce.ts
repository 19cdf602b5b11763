import type { DaemonLog } from "../logs/daemon-log.ts";
import type { Model } from "../model/model.ts";
import type { KeeperSnapshot } from "../protocol/keeper.ts";
import { MANY_CRASHES } from "./troubles.ts";
import { upgradedFrom } from "./upgrade.ts";
import { writePidfile } from "./pidfile.ts";

/** Supervisor's two ways of saying that it runs. Returns the pidfile if it was written. */
export function announce(spec: Model["supervisord"], pid: number, log: DaemonLog): string | null {
  if (spec.pidfile !== null && !writePidfile(spec.pidfile, pid)) {
    log("critical", `could not write pidfile ${spec.pidfile}`);
    return null;
  }
  log("info", `supervisord started with pid ${pid}`);
  return spec.pidfile;
}

/** Of a restart whose config has mistakes. */
export function fallbackText(problems: string): string {
  return `the config cannot be read any more, the last good one stays in force:\n${problems}`;
}

/** What the next supervisor says in the log after the death of one. */
export function announceReturn(snapshot: KeeperSnapshot, version: string, log: DaemonLog): void {
  const running = snapshot.processes.filter((one) => one.pid !== 0).length;
  const upgraded = upgradedFrom(snapshot.saved);
  if (upgraded !== null) {
    const what = upgraded.keeper ? "keeper and supervisor" : "the supervisor";
    log("info", `${what} of version ${version} took over from version ${upgraded.from}; ${running} programs run on`);
    return;
  }
  const what =
    snapshot.restarts === 0
      ? "the daemon before this one was killed"
      : `the supervisor process died and was started again (${snapshot.restarts} times by now)`;
  log("critical", `${what}; ${running} programs run on`);
  if (snapshot.recentCrashes >= MANY_CRASHES) {
    log(
      "critical",
      `it died ${snapshot.recentCrashes} times within a minute: the last good config stays in force, unread`,
    );
  }
}
