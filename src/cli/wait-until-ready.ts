import type { ApiClient } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { comesBack } from "./comes-back.ts";
import type { ProcessReport } from "../protocol/api.ts";
import { selects } from "../model/select-processes.ts";

/** The exit status of a command that ran out of time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/**
 * Waits until every chosen process is ready: RUNNING with its readiness check passed, or finished as expected. 0 then; 1 as
 * soon as one is FATAL or stopped; 124 after `seconds`. Says why on standard error.
 */
export async function waitUntilReady(client: ApiClient, names: readonly string[], seconds: number): Promise<number> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  let verdict: number | null = null;
  const look = async (): Promise<void> => {
    const { processes } = await client.call("status", {});
    if (verdict !== null) return;
    const chosen = processes.filter((process) => selects(names, process));
    const failed = chosen.filter(hasFailed);
    if (failed.length > 0) {
      complain(failed);
      verdict = 1;
    } else if (chosen.every(isDone)) verdict = 0;
    if (verdict !== null) controller.abort();
  };
  // The stream is open before we look: what changes meanwhile is told afterwards, so nothing is missed between the two.
  const query = new URLSearchParams({ events: "1" });
  const { pid } = await client.call("status", {});
  try {
    while (!controller.signal.aborted) {
      await client.stream(query, () => void look().catch(() => {}), controller.signal);
      if (!controller.signal.aborted && !(await comesBack(client, pid))) throw new CliError("the daemon has ended");
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (verdict !== null) return verdict;
  const { processes } = await client.call("status", {});
  const late = processes.filter((process) => selects(names, process) && !isDone(process));
  process.stderr.write(`sup: not ready after ${seconds} s:\n`);
  complain(late);
  return TIMED_OUT;
}

function isDone(report: ProcessReport): boolean {
  if (report.ready) return true;
  // A one-shot that ended as expected, and a program that is not meant to start by itself, are nothing to wait for.
  return (
    (report.state === "EXITED" && report.spawnerr === "") ||
    (report.state === "STOPPED" && report.start === 0 && report.why === "not started")
  );
}

function hasFailed(report: ProcessReport): boolean {
  return (
    report.state === "FATAL" || (report.state === "EXITED" && report.spawnerr !== "") || report.state === "UNKNOWN"
  );
}

function complain(reports: readonly ProcessReport[]): void {
  for (const report of reports) process.stderr.write(`${report.namespec}: ${report.state} ${report.why}\n`);
}
