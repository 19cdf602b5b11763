import { selects } from "../model/select-processes.ts";
import { STOPPED_STATES } from "../model/states.ts";
import type { ProcessReport, StreamItem } from "../protocol/api.ts";
import type { ApiClient } from "./api-client.ts";
import { follow } from "./follow.ts";
import { inBatches } from "./in-batches.ts";

/**
 * Waits until every chosen process is ready: RUNNING with its readiness check passed, or finished as expected. Resolves with
 * none then, or with those that will not become it as soon as there is one, and whatever else has failed and holds them up.
 *
 * The status of all is asked for at the beginning, when something has come to an end, and when all seems well: not for each of the
 * thousands of starts that it waits for.
 *
 * @throws what `signal` was aborted with.
 */
export async function untilReady(
  client: ApiClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly ProcessReport[]> {
  const leave = new AbortController();
  const either = AbortSignal.any([signal, leave.signal]);
  const open = new Set<string>();
  try {
    // The stream is open before we look: what changes meanwhile is told afterwards, so nothing is missed between the two.
    for await (const batch of inBatches(follow(client, { events: true }, either))) {
      const isToLook = batch.map((item) => take(item, open)).includes(true);
      if (!isToLook && open.size > 0) continue;
      const { processes } = await client.call("status", {}, either);
      const chosen = processes.filter((process) => selects(names, process));
      const failed = chosen.filter(hasFailed);
      if (failed.length > 0) return [...failed, ...causes(failed, processes)];
      open.clear();
      for (const process of chosen) if (!isDone(process)) open.add(process.namespec);
      if (open.size === 0) return [];
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    leave.abort();
  }
  signal.throwIfAborted();
  throw new Error("the daemon has ended");
}

/** Notes what an item says of those that are waited for. True if it may mean more than it says, or concern others. */
function take(item: StreamItem, open: Set<string>): boolean {
  switch (item.type) {
    case "ready":
      open.delete(item.namespec);
      return false;
    case "state":
      return STOPPED_STATES.has(item.to);
    default:
      return item.type === "open" || item.type === "missed" || item.type === "plan";
  }
}

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
