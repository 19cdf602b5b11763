import type { ProcessReport } from "../../protocol/api.ts";
import { endedBadly } from "../../machine/explain.ts";
import { processKey } from "../../model/model.ts";
import { html, type Html } from "./html.ts";

/**
 * One process as a row of the table. The page's script replaces rows by new ones made here, so that there is one way to draw
 * a process; the cells of usage stay empty and are filled by numbers alone.
 */
export function processRow(process: ProcessReport, now: number, usage: { cpu: string; memory: string } | null): Html {
  const key = processKey(process);
  const up = process.pid === 0 ? "" : uptimeText(Math.floor(now / 1000) - process.start);
  return html`<tr
    role="row"
    data-key="${key}"
    data-name="${process.namespec}"
    data-group="${process.group}"
    data-state="${process.state}"
    data-start="${process.pid === 0 ? 0 : process.start}"
    data-restarts="${process.restarts}"
    id="p-${encodeURIComponent(key)}"
  >
    <td role="cell" class="pick">
      <input type="checkbox" name="name" form="act" value="${key}" aria-label="Select ${process.namespec}" />
    </td>
    <th role="rowheader" scope="row"><a href="/process?name=${encodeURIComponent(key)}">${process.namespec}</a></th>
    <td role="cell" class="state">${stateBadge(process)}</td>
    <td role="cell" class="uptime num">${up}</td>
    <td role="cell" class="cpu num"><span>${usage?.cpu ?? ""}</span></td>
    <td role="cell" class="memory num"><span>${usage?.memory ?? ""}</span></td>
    <td role="cell" class="restarts num">${process.restarts === 0 ? "" : process.restarts}</td>
    <td role="cell" class="why">${process.why !== "" ? process.why : lastEnd(process)}${lost(process)}</td>
    <td role="cell" class="actions">${ownForm(rowActions(process))}</td>
  </tr> `;
}

/** A group with more than one member, or with another name than its member, gets a row of its own above them. */
export function groupRow(group: string, count: number): Html {
  const value = `${group}:*`;
  return html`<tr role="row" class="group" data-group="${group}">
    <td role="cell" class="pick"></td>
    <th role="rowheader" scope="rowgroup" colspan="7">
      ${group} <small>${count === 1 ? "1 process" : `${count} processes`}</small>
    </th>
    <td role="cell" class="actions">
      ${ownForm(html`${button("start", value, "Start", `Start group ${group}`)}${button("restart", value, "Restart", `Restart group ${group}`)}${button("stop", value, "Stop", `Stop group ${group}`)}`)}
    </td>
  </tr> `;
}

/** In one form for all rows each button that comes or goes has a browser go through all others: thousands took it half a minute. */
function ownForm(buttons: Html): Html {
  return html`<form method="post" action="/action">${buttons}</form>`;
}

/** The state in a word and a colour; the word alone says all. */
export function stateBadge(process: ProcessReport): Html {
  const notReady = process.state === "RUNNING" && !process.ready;
  const kind = notReady ? "waiting" : endedBadly(process) ? "bad" : (KINDS[process.state] ?? "idle");
  return html`<span class="badge ${kind}">${process.state.toLowerCase()}${notReady ? ", not ready" : null}</span>`;
}

/** The buttons that make sense now. Each works without a script: its value says what to do with whom. */
export function rowActions(process: ProcessReport): Html {
  const key = processKey(process);
  const { state, namespec } = process;
  const up = state === "RUNNING" || state === "STARTING" || state === "BACKOFF";
  const main =
    state === "STOPPING"
      ? html`<button disabled>Stopping</button>`
      : up
        ? html`${button("restart", key, "Restart", `Restart ${namespec}`)}${button("stop", key, "Stop", `Stop ${namespec}`)}`
        : button("start", key, "Start", `Start ${namespec}`);
  return html`${main}<a class="button" href="/logs?name=${encodeURIComponent(key)}" aria-label="Logs of ${namespec}"
      >Logs</a
    >`;
}

export function button(action: string, key: string, text: string, label: string): Html {
  return html`<button name="do" value="${action} ${key}" aria-label="${label}">${text}</button>`;
}

/** `3d 4h`, `2h 10m`, `5m 12s`, `7s`: two units are what one wants to know. */
export function uptimeText(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(s / 86_400), Math.floor((s % 86_400) / 3600), Math.floor((s % 3600) / 60)];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${s % 60}s` : `${s}s`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function percentText(percent: number | null): string {
  return percent === null ? "" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

const KINDS: Readonly<Record<string, string>> = {
  RUNNING: "good",
  STARTING: "waiting",
  STOPPING: "waiting",
  BACKOFF: "bad",
  FATAL: "bad",
  UNKNOWN: "bad",
};

function lastEnd(process: ProcessReport): string {
  return process.lastExit === "" ? "" : `last time: ${process.lastExit}`;
}

function lost(process: ProcessReport): Html | null {
  if (process.dropped === 0) return null;
  return html` <span class="lost">${bytesText(process.dropped)} of output lost</span>`;
}
