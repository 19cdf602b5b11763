import type { ApiClient } from "../../client/api-client.ts";
import { isDone, untilReady } from "../../client/until-ready.ts";
import { stoppedOnPurpose } from "../../machine/explain.ts";
import { selects } from "../../model/select-processes.ts";
import type { ProcessReport } from "../../protocol/api.ts";
import type { Project } from "./find-project.ts";
import { quoted } from "./typed-sup.ts";
import { PrefixedOutput } from "../render/prefixed-output.ts";
import { safeText } from "../render/safe-text.ts";

/** Of each output of a program that has failed. */
const LAST_LINES = 10;

/** The exit status of a command that ran out of time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/**
 * Waits until every chosen process is ready: RUNNING with its readiness check passed, or finished as expected. 0 then; 1 as
 * soon as one has failed, or something that it waits for has, or if one was stopped on purpose before; 124 after `seconds`. Says
 * why on standard error.
 */
export async function waitUntilReady(
  { client, sup }: Project,
  names: readonly string[],
  seconds: number,
): Promise<number> {
  const before = await client.call("status", {});
  const stopped = before.processes.filter((process) => selects(names, process) && stoppedOnPurpose(process));
  if (stopped.length > 0) {
    complain(stopped);
    process.stderr.write(
      `It stays so until it is started: ${sup} start ${stopped.map((one) => quoted(one.namespec)).join(" ")}\n`,
    );
    return 1;
  }
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  try {
    const failed = await untilReady(client, names, controller.signal);
    complain(failed);
    await showLastLines(client, failed);
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
  await showLastLines(client, late);
  return TIMED_OUT;
}

/** What they wrote last is what somebody wants to know who is told that they failed. */
async function showLastLines(client: ApiClient, reports: readonly ProcessReport[]): Promise<void> {
  const names = reports.map((report) => report.namespec);
  if (names.length === 0) return;
  const output = new PrefixedOutput(
    (text) => process.stderr.write(safeText(text, process.stderr)),
    (name) => `  ${name} | `,
  );
  const query = { logs: true, names, lines: LAST_LINES, follow: false };
  for await (const item of client.stream(query, new AbortController().signal))
    if (item.type === "output") output.add(item.namespec, item.stream, Buffer.from(item.data, "base64"));
  output.flush();
}

function complain(reports: readonly ProcessReport[]): void {
  for (const report of reports) process.stderr.write(`${report.namespec}: ${report.state} ${report.why}\n`);
}
