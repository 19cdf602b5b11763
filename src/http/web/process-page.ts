import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import { clockText, timeline } from "./events-page.ts";
import { html, type Html } from "./html.ts";
import type { WebJournal } from "./journal.ts";
import { button, bytesText, percentText, rowActions, stateBadge, uptimeText } from "./row.ts";
import { options, SIGNALS } from "./status-page.ts";
import type { Usage } from "../../usage/usage-meter.ts";
import { processKey } from "../../model/model.ts";

/** All about one process, and all that can be done with it. */
export function processPage(
  process: ProcessReport,
  report: StatusReport,
  usage: Usage | null,
  journal: WebJournal,
): Html {
  const key = processKey(process);
  const at = (seconds: number): string => (seconds === 0 ? "never" : clockText(new Date(seconds * 1000)));
  const facts: readonly (readonly [string, Html | string])[] = [
    ["State", html`${stateBadge(process)} ${process.why}`],
    ["Pid", process.pid === 0 ? "none" : String(process.pid)],
    ["Started", at(process.start)],
    ["Uptime", process.pid === 0 ? "" : uptimeText(Math.floor(report.now / 1000) - process.start)],
    ["Last end", process.lastExit === "" ? "never" : `${at(process.stop)}: ${process.lastExit}`],
    ["Restarts", `${process.restarts} that nobody asked for`],
    ["Program", `${process.program}, group ${process.group}`],
    ["Usage", usage === null ? "" : usageText(usage)],
    ["stdout", fileText(process.stdoutLogfile)],
    ["stderr", fileText(process.stderrLogfile)],
    ["Spawn error", process.spawnerr],
    ["Lost output", process.dropped === 0 ? "" : bytesText(process.dropped)],
  ];
  const shown = facts.filter(([, value]) => value !== "");
  return html`<h1>${process.namespec}</h1>
    <form method="post" action="/action" class="toolbar">
      <input type="hidden" name="name" value="${key}" /><input
        type="hidden"
        name="back"
        value="/process?name=${encodeURIComponent(key)}"
      />
      ${rowActions(process)}${button("clear", key, "Clear logs", `Clear logs of ${process.namespec}`)}
      <span class="joined"
        ><select name="signal" aria-label="Signal">
          ${options(SIGNALS, "HUP")}</select
        ><button name="selected" value="signal">Send signal</button></span
      >
    </form>
    <dl class="facts">
      ${shown.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <h2>Events</h2>
    ${timeline(journal.latest(50, process.namespec))}`;
}

function usageText(usage: Usage): string {
  const cpu = usage.cpu === null ? "" : `${percentText(usage.cpu)} of a processor, `;
  const count = usage.processes === 1 ? "1 process" : `${usage.processes} processes`;
  return `${cpu}${bytesText(usage.memory)} in ${count}`;
}

function fileText(path: string): Html {
  return path === "" ? html`<span class="hint">no file</span>` : html`<code>${path}</code>`;
}
