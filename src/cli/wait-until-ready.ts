import type { ApiClient } from "../client/api-client.ts";
import { isDone, untilReady } from "../client/until-ready.ts";
import { selects } from "../model/select-processes.ts";
import type { ProcessReport } from "../protocol/api.ts";

/** The exit status of a command that ran out of time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/**
 * Waits until every chosen process is ready: RUNNING with its readiness check passed, or finished as expected. 0 then; 1 as
 * soon as one is FATAL or stopped; 124 after `seconds`. Says why on standard error.
 */
export async function waitUntilReady(client: ApiClient, names: readonly string[], seconds: number): Promise<number> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  try {
    const failed = await untilReady(client, names, controller.signal);
    complain(failed);
    return failed.length === 0 ? 0 : 1;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  const { processes } = await client.call("status", {});
  const late = processes.filter((process) => selects(names, process) && !isDone(process));
  process.stderr.write(`sup: not ready after ${seconds} s:\n`);
  complain(late);
  return TIMED_OUT;
}

function complain(reports: readonly ProcessReport[]): void {
  for (const report of reports) process.stderr.write(`${report.namespec}: ${report.state} ${report.why}\n`);
}
