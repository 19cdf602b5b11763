import type { StreamItem } from "../../protocol/api.ts";
import { isNotRunning } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { comesBack } from "../comes-back.ts";
import type { Project } from "../find-daemon.ts";
import { colorOf, styler } from "../render/colors.ts";
import { PrefixedOutput } from "../render/prefixed-output.ts";
import { safeText } from "../render/safe-text.ts";
import { selects } from "../../model/select-processes.ts";
import { notRunning } from "./status.ts";

export interface LogsOptions {
  readonly follow: boolean;
  readonly lines: number;
  readonly json: boolean;
  /** Bytes as the programs wrote them, without prefix and without taming escape sequences. */
  readonly raw: boolean;
}

/**
 * `sup logs [names] [-f] [-n LINES]`: the last lines of each stream, then what follows, until the daemon ends. Ends well on
 * Ctrl-C. If only the supervisor dies, it goes on with the next one and says so: what was written in between is in the log.
 */
export async function logs(project: Project, names: readonly string[], options: LogsOptions): Promise<number> {
  const { client } = project;
  const report = await client.call("status", {}).catch((error: unknown) => {
    throw isNotRunning(error) ? notRunning(project) : error;
  });
  const chosen = report.processes.filter((process) => selects(names, process));
  if (chosen.length === 0) throw new CliError(`there is no process or group ${names.join(", ")}`);

  const paint = styler(process.stdout);
  const width = Math.max(...chosen.map((process) => process.namespec.length));
  const output = new PrefixedOutput(
    (text) => process.stdout.write(safeText(text, process.stdout)),
    (name) => (chosen.length === 1 ? "" : `${paint(colorOf(name), `${name.padEnd(width)} |`)} `),
  );
  const show = (item: StreamItem): void => {
    if (options.json) return void process.stdout.write(`${JSON.stringify(item)}\n`);
    if (item.type === "gap") {
      const bytes = item.bytes + output.cut(item.namespec, item.stream);
      return void process.stderr.write(`sup: ${item.namespec}: ${bytes} bytes not shown\n`);
    }
    if (item.type !== "output") return;
    const bytes = Buffer.from(item.data, "base64");
    if (options.raw) process.stdout.write(bytes);
    else output.add(item.namespec, item.stream, bytes);
  };

  const leave = new AbortController();
  const onSignal = (): void => leave.abort();
  process.once("SIGINT", onSignal);
  process.stdout.on("error", onSignal);
  const query = new URLSearchParams({
    logs: "1",
    names: names.join(","),
    lines: String(options.lines),
    ...(options.follow ? {} : { follow: "0" }),
  });
  try {
    await client.stream(query, show, leave.signal);
    while (options.follow && !leave.signal.aborted && (await comesBack(client, report.pid))) {
      process.stderr.write(
        "sup: the connection was lost for a moment; what was written meanwhile is in the log files\n",
      );
      query.set("lines", "0");
      await client.stream(query, show, leave.signal).catch((error: unknown) => {
        if (!isNotRunning(error)) throw error;
      });
    }
  } catch (error) {
    if (!leave.signal.aborted) throw error;
  } finally {
    process.off("SIGINT", onSignal);
  }
  output.flush();
  return 0;
}
