import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import { html, type Html } from "./html.ts";
import { bytesText, groupRow, percentText, processRow } from "./row.ts";
import type { Usage } from "../../usage/usage-meter.ts";

/** What of the table is asked for in the address: the same choices that the page's script offers without asking us. */
export interface TableQuery {
  readonly filter: string;
  readonly state: string;
  readonly group: string;
  readonly sort: string;
}

export function parseTableQuery(query: URLSearchParams): TableQuery {
  const text = (name: string): string => query.get(name) ?? "";
  return { filter: text("filter"), state: text("state").toUpperCase(), group: text("group"), sort: text("sort") };
}

/** The page of all processes. @param live what the script hands back to hear of all that has changed since. */
export function statusPage(
  report: StatusReport,
  usage: ReadonlyMap<number, Usage>,
  query: TableQuery,
  live: string,
): Html {
  const groups = [...new Set(report.processes.map((process) => process.group))];
  const chosen = sorted(
    report.processes.filter((process) => isChosen(process, query)),
    query,
    usage,
  );
  return html`<h1 class="quiet">Processes</h1>
    ${summary(report)}
    <form class="filters" method="get" action="/" id="filters" role="search">
      <label
        >Filter
        <input
          type="search"
          name="filter"
          id="filter"
          value="${query.filter}"
          placeholder="name"
          autocomplete="off"
          spellcheck="false"
      /></label>
      <label
        >State
        <select name="state" id="state">
          ${options(["", ...STATES], query.state)}
        </select></label
      >
      <label
        >Group
        <select name="group" id="group">
          ${options(["", ...groups], query.group)}
        </select></label
      >
      <label class="nojs"
        >Sort by
        <select name="sort">
          ${options(["group", "name", "state", "uptime", "cpu", "memory", "restarts"], query.sort)}
        </select></label
      >
      <button class="nojs">Show</button>
    </form>
    <form method="post" action="/action" id="act">
      <div class="bulk">
        <span class="hint js">Tick processes to act on several at once</span>
        <span class="chosen" role="group" aria-label="For the selected processes">
          <span id="selected">With the selected:</span>
          <button name="selected" value="start">Start</button><button name="selected" value="restart">Restart</button
          ><button name="selected" value="stop">Stop</button>
          <button name="selected" value="clear">Clear logs</button>
          <label class="joined"
            ><span class="quiet">Signal</span
            ><select name="signal" aria-label="Signal">
              ${options(SIGNALS, "HUP")}</select
            ><button name="selected" value="signal">Send signal</button></label
          ></span
        >
        <span class="all"
          ><button name="do" value="start all">Start all</button
          ><button name="do" value="restart all">Restart all</button
          ><button name="do" value="stop all">Stop all</button></span
        >
      </div>
    </form>
    <div class="scroll">
      <table role="table" id="processes" data-live="${live}" data-now="${report.now}">
        <thead role="rowgroup">
          <tr role="row">
            <td role="cell" class="pick">
              <input type="checkbox" id="pick-all" class="js" aria-label="Select all that are shown" />
            </td>
            ${HEADS.map(([id, text]) => html`<th role="columnheader" scope="col" class="${id}" data-sort="${id}">${text}</th>`)}
            <th role="columnheader" scope="col" class="actions">Actions</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows(chosen, query, report, usage)}
        </tbody>
      </table>
    </div>
    <p id="nothing" ${chosen.length === 0 ? null : html` hidden`}>
      ${report.processes.length === 0 ? "No programs are configured." : "No process fits the filter."}
    </p>`;
}

/** The signals that people send by hand. */
export const SIGNALS = ["HUP", "USR1", "USR2", "INT", "TERM", "QUIT", "WINCH", "CONT", "STOP", "KILL"] as const;

export function options(values: readonly string[], chosen: string): readonly Html[] {
  return values.map((value) => {
    const text = value === "" ? "all" : value === value.toUpperCase() && value.length > 4 ? value.toLowerCase() : value;
    return html`<option value="${value}" ${value === chosen ? html` selected` : null}>${text}</option>`;
  });
}

const STATES = ["RUNNING", "STARTING", "BACKOFF", "STOPPING", "STOPPED", "EXITED", "FATAL", "UNKNOWN"];
const HEADS = [
  ["name", "Name"],
  ["state", "State"],
  ["uptime", "Uptime"],
  ["cpu", "CPU"],
  ["memory", "Memory"],
  ["restarts", "Restarts"],
  ["why", "Why"],
] as const;

/** How many there are of each state: what one wants to see first. */
function summary(report: StatusReport): Html {
  const counts = STATES.map((state) => [state, report.processes.filter((one) => one.state === state).length] as const);
  const parts = counts
    .filter(([state, count]) => count > 0 || state === "RUNNING")
    .map(
      ([state, count]) =>
        html`<a href="/?state=${state}" data-state="${state}"><b>${count}</b> ${state.toLowerCase()}</a>`,
    );
  return html`<p class="summary" id="summary">${parts}</p>`;
}

function rows(
  chosen: readonly ProcessReport[],
  query: TableQuery,
  report: StatusReport,
  usage: ReadonlyMap<number, Usage>,
): readonly Html[] {
  const byGroup = query.sort === "" || query.sort === "group";
  const sizes = new Map<string, number>();
  for (const { group } of report.processes) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return chosen.flatMap((process, index) => {
    const used = usage.get(process.pid);
    const row = processRow(
      process,
      report.now,
      used === undefined ? null : { cpu: percentText(used.cpu), memory: bytesText(used.memory) },
    );
    if (!byGroup || chosen[index - 1]?.group === process.group) return [row];
    const count = sizes.get(process.group) ?? 0;
    return count === 1 && process.group === process.name ? [row] : [groupRow(process.group, count), row];
  });
}

function isChosen(process: ProcessReport, { filter, state, group }: TableQuery): boolean {
  if (state !== "" && process.state !== state) return false;
  if (group !== "" && process.group !== group) return false;
  return filter === "" || process.namespec.toLowerCase().includes(filter.toLowerCase());
}

function sorted(
  processes: readonly ProcessReport[],
  query: TableQuery,
  usage: ReadonlyMap<number, Usage>,
): readonly ProcessReport[] {
  const byText = (of: (one: ProcessReport) => string) => (a: ProcessReport, b: ProcessReport) =>
    of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;
  const byNumber = (of: (one: ProcessReport) => number) => (a: ProcessReport, b: ProcessReport) => of(b) - of(a);
  switch (query.sort) {
    case "name":
      return processes.toSorted(byText((one) => one.namespec));
    case "state":
      return processes.toSorted(byText((one) => one.state));
    case "uptime":
      return processes.toSorted(byNumber((one) => (one.pid === 0 ? -Infinity : -one.start)));
    case "cpu":
      return processes.toSorted(byNumber((one) => usage.get(one.pid)?.cpu ?? -1));
    case "memory":
      return processes.toSorted(byNumber((one) => usage.get(one.pid)?.memory ?? -1));
    case "restarts":
      return processes.toSorted(byNumber((one) => one.restarts));
    default:
      return inGroups(processes);
  }
}

/** Members of a group stand together, groups in the order of their first members. */
function inGroups(processes: readonly ProcessReport[]): readonly ProcessReport[] {
  const groups = new Map<string, ProcessReport[]>();
  for (const one of processes) {
    const members = groups.get(one.group);
    if (members === undefined) groups.set(one.group, [one]);
    else members.push(one);
  }
  return [...groups.values()].flat();
}
