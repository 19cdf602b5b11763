import type { StreamItem } from "../../protocol/api.ts";
import { isNotRunning } from "../../client/api-client.ts";
import { follow } from "../../client/follow.ts";
import { CliError } from "../cli-error.ts";
import type { Project } from "../running/find-project.ts";
import { quoted } from "../running/typed-sup.ts";
import { colorOf, styler } from "../render/colors.ts";
import { mostColumns, padColumns } from "../render/columns.ts";
import { PrefixedOutput } from "../render/prefixed-output.ts";
import { safeText } from "../render/safe-text.ts";
import { withoutLogText } from "../render/without-log.ts";
import { nameProblem, selects } from "../../model/select-processes.ts";
import { leftLogs } from "../running/left-logs.ts";
import { answered } from "../running/not-running.ts";

export interface LogsOptions {
  readonly follow: boolean;
  readonly lines: number;
  readonly json: boolean;
  /** Bytes as the programs wrote them, without prefix and without taming escape sequences. */
  readonly raw: boolean;
}

/**
 * `sup logs [names] [-f] [-n LINES]`: the last lines of each stream, then what follows, until the daemon ends. Ends well on
 * Ctrl-C. If only the supervisor dies, it goes on with the next one, where it was.
 */
export async function logs(project: Project, names: readonly string[], options: LogsOptions): Promise<number> {
  const { client } = project;
  const report = await answered(project, client.call("status", {})).catch((error: unknown) => {
    throw error instanceof CliError ? withLeftLogs(error, project, names, options) : error;
  });
  const unknown = nameProblem(names, report.processes);
  if (unknown !== null) throw new CliError(unknown);
  const chosen = report.processes.filter((process) => selects(names, process));

  const missing = withoutLogText(chosen, { config: project.config, sup: project.sup, follow: options.follow });
  if (missing !== null) process.stderr.write(safeText(`sup: ${missing}\n`, process.stderr));

  const paint = styler(process.stdout);
  const width = mostColumns(chosen.map((process) => process.namespec));
  const output = new PrefixedOutput(
    (text) => process.stdout.write(safeText(text, process.stdout)),
    (name) => (chosen.length === 1 ? "" : `${paint(colorOf(name), `${padColumns(name, width)} |`)} `),
  );
  let shown = "";
  const show = (item: StreamItem): void => {
    if (options.json) return void process.stdout.write(`${JSON.stringify(item)}\n`);
    if (item.type === "missed") return void process.stderr.write(`sup: output was missed: ${item.reason}\n`);
    if (item.type === "gap") {
      const bytes = item.bytes + output.cut(item.namespec, item.stream);
      return void process.stderr.write(`sup: ${item.namespec}: ${bytes} bytes not shown\n`);
    }
    if (item.type !== "output") return;
    const bytes = Buffer.from(item.data, "base64");
    if (options.raw) return void process.stdout.write(bytes);
    const stream = `${item.namespec} ${item.stream}`;
    // Stream by stream, and nothing follows: the end of a line that has none yet will not come.
    if (!options.follow && stream !== shown) output.flush();
    shown = stream;
    output.add(item.namespec, item.stream, bytes);
  };

  const leave = new AbortController();
  const onSignal = (): void => leave.abort();
  process.once("SIGINT", onSignal);
  process.stdout.on("error", onSignal);
  const query = { logs: true, names, lines: options.lines, follow: options.follow };
  try {
    for await (const item of follow(client, query, leave.signal)) show(item);
  } catch (error) {
    // A daemon that was killed with its keeper has no more to say; that is no failure of ours.
    if (!isNotRunning(error)) throw error;
  } finally {
    process.off("SIGINT", onSignal);
  }
  output.flush();
  return 0;
}

/** Of logs that nobody serves any more. */
const MOST_LOGS = 6;

/** Where no daemon runs: where the logs are, and how they are seen. */
function withLeftLogs(error: CliError, project: Project, names: readonly string[], options: LogsOptions): CliError {
  const left = leftLogs(project, names);
  if (left.length === 0) return error;
  const tail = `tail -n ${options.lines}${options.follow ? " -F" : ""}`;
  const lines = left.slice(0, MOST_LOGS).map((log) => `  ${log.namespec} ${log.stream}: ${tail} ${quoted(log.file)}`);
  const more = left.length > MOST_LOGS ? [`  and ${left.length - MOST_LOGS} more`] : [];
  const hint = ["The logs of its last run are there:", ...lines, ...more, ...(error.hint === null ? [] : [error.hint])];
  return new CliError(error.message, { hint: hint.join("\n"), status: error.status, cause: error.cause });
}
