import { selects } from "../model/select-processes.ts";
import type { ProcessReport, StreamItem } from "../protocol/api.ts";
import type { ApiClient } from "./api-client.ts";
import { follow } from "./follow.ts";

/**
 * Waits until every chosen process is ready: RUNNING with its readiness check passed, or finished as expected. Resolves with
 * none then, or with those that will not become it as soon as there is one, and whatever else has failed and holds them up.
 *
 * @throws what `signal` was aborted with.
 */
export async function untilReady(
  client: ApiClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly ProcessReport[]> {
  const leave = new AbortController();
  const items = follow(client, { events: true }, AbortSignal.any([signal, leave.signal]));
  try {
    // The stream is open before we look: what changes meanwhile is told afterwards, so nothing is missed between the two.
    for await (const item of items) {
      if (!IS_NEWS.has(item.type)) continue;
      const { processes } = await client.call("status", {});
      const chosen = processes.filter((process) => selects(names, process));
      const failed = chosen.filter(hasFailed);
      if (failed.length > 0) return [...failed, ...causes(failed, processes)];
      if (chosen.every(isDone)) return [];
    }
  } finally {
    leave.abort();
  }
  signal.throwIfAborted();
  throw new Error("the daemon has ended");
}

const IS_NEWS: ReadonlySet<StreamItem["type"]> = new Set(["open", "missed", "state", "ready", "plan"] as const);

/** Ready, a one-shot that ended as expected, or a program that is not meant to start by itself. */
export function isDone(report: ProcessReport): boolean {
  if (report.ready) return true;
  return (
    (report.state === "EXITED" && report.spawnerr === "") ||
    (report.state === "STOPPED" && report.start === 0 && report.why === "not started")
  );
}

function hasFailed(report: ProcessReport): boolean {
  return (
    report.state === "FATAL" ||
    (report.state === "EXITED" && report.spawnerr !== "") ||
    report.state === "UNKNOWN" ||
    report.heldUpBy.length > 0
  );
}

/** What holds these up and is not among them. */
function causes(failed: readonly ProcessReport[], processes: readonly ProcessReport[]): ProcessReport[] {
  const names = new Set(failed.flatMap((report) => report.heldUpBy));
  return processes.filter((report) => names.has(report.namespec) && !failed.includes(report));
}
