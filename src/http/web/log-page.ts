import { createReadStream, fstatSync, closeSync } from "node:fs";
import { openRegular } from "../../files/open-regular.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { readLog } from "../../logs/read-log.ts";
import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import { parseNamespec } from "../../protocol/namespec.ts";
import { logPath } from "../../supervisor/launch.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { processKey } from "../../model/model.ts";
import { sendErrorPage } from "../error-page.ts";
import { escapeHtml, html, Html } from "./html.ts";

/** Bytes of one log that a page without a script shows at most. */
const SHOWN = 65_536;
/** Of all of them together: a group may have hundreds of processes, and the page is made in one go. */
const SHOWN_IN_ALL = 1 << 20;

/**
 * Logs of one or several processes. Without a script: the end of each, one after the other. With one: live, mixed, in colour.
 * `name` may be given several times.
 */
export function logsPage(report: StatusReport, query: URLSearchParams): Html {
  const chosen = query.getAll("name");
  const known = report.processes.filter((one) => chosen.includes(processKey(one)) || chosen.includes(`${one.group}:*`));
  const keys = known.map(processKey);
  const picker = html`<details class="picker" ${keys.length === 0 ? html` open` : null}>
    <summary>${keys.length === 0 ? "Choose programs" : known.map((one) => one.namespec).join(", ")}</summary>
    <form method="get" action="/logs">
      <div class="choices">
        ${report.processes.map(
          (one) =>
            html`<label
              ><input
                type="checkbox"
                name="name"
                value="${processKey(one)}"
                ${keys.includes(processKey(one)) ? html` checked` : null}
              />
              ${one.namespec}</label
            >`,
        )}
      </div>
      <button>Show logs</button>
    </form>
  </details>`;
  if (keys.length === 0)
    return html`<h1>Logs</h1>
      ${picker}`;
  const downloads = known.flatMap((one) =>
    (["stdout", "stderr"] as const)
      .filter((stream) => (stream === "stdout" ? one.stdoutLogfile : one.stderrLogfile) !== "")
      .map(
        (stream) =>
          html`<a
            class="button"
            download
            href="/logs/download?name=${encodeURIComponent(processKey(one))}&stream=${stream}"
            >${known.length === 1 ? "" : `${one.namespec} `}${stream}</a
          >`,
      ),
  );
  const bytes = Math.min(SHOWN, Math.floor(SHOWN_IN_ALL / (2 * known.length)));
  const ends = known.flatMap((one) =>
    (["stdout", "stderr"] as const).map((stream) => {
      const path = stream === "stdout" ? one.stdoutLogfile : one.stderrLogfile;
      const text = path === "" ? null : endOf(path, bytes);
      return text === null || text === ""
        ? html``
        : html`<h2>${one.namespec} ${stream}</h2>
            <pre class="log">${text}</pre>`;
    }),
  );
  const names = chosen.map((name) => `&name=${encodeURIComponent(name)}`).join("");
  return html`<h1>Logs</h1>
    ${picker} ${logTools(downloads)}
    <div
      id="log"
      class="log"
      tabindex="0"
      role="log"
      aria-label="Log"
      data-names="${JSON.stringify(streamNames(known, report.processes))}"
      ${known.length > 1 ? html` data-many` : null}
    ></div>
    <div class="nojs">
      <p><a class="button" href="/logs?${names.slice(1)}">Refresh</a></p>
      ${ends}
    </div>`;
}

/** So many names fit into any address, whatever they are. */
const FEW_NAMES = 50;

/**
 * What the script asks its stream for. Many names would be too much for an address: then a whole group is asked for by its name,
 * and all processes by none, with those among them that come later.
 */
export function streamNames(chosen: readonly ProcessReport[], all: readonly ProcessReport[]): readonly string[] {
  if (chosen.length <= FEW_NAMES) return chosen.map(processKey);
  if (chosen.length === all.length) return [];
  const [wanted, there] = [sizes(chosen), sizes(all)];
  const isWhole = (group: string): boolean => wanted.get(group) === there.get(group);
  return [...new Set(chosen.map((one) => (isWhole(one.group) ? `${one.group}:*` : processKey(one))))];
}

function sizes(processes: readonly ProcessReport[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { group } of processes) found.set(group, (found.get(group) ?? 0) + 1);
  return found;
}

/** The daemon's own log, the same way. */
export function daemonLogPage(path: string | null): Html {
  if (path === null)
    return html`<h1>Main log</h1>
      <p>The daemon logs to syslog; there is no file to show.</p>`;
  return html`<h1>Main log</h1>
    <p class="hint"><code>${path}</code></p>
    ${logTools([html`<a class="button" download href="/logs/download?stream=main">main log</a>`])}
    <div id="log" class="log" tabindex="0" role="log" aria-label="Main log" data-main="/mainlogtail"></div>
    <div class="nojs">
      <p><a class="button" href="/daemon">Refresh</a></p>
      <pre class="log">${endOf(path, SHOWN) ?? ""}</pre>
    </div>`;
}

/** Sends a log file as it is now. Text that nobody may take for a page. */
export function sendDownload(
  supervisor: Supervisor,
  mainLog: string | null,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const stream = query.get("stream") ?? "stdout";
  // A whole group has no log: here `g:*` is a process of that name.
  const { group, process: member } = parseNamespec(query.get("name") ?? "");
  const process = supervisor.find(group, member ?? "*");
  const isProgram = stream === "stdout" || stream === "stderr";
  const path =
    stream === "main"
      ? mainLog
      : isProgram && process !== null
        ? logPath(process.spec, stream, supervisor.context)
        : null;
  const fd = path === null ? null : openRegular(path);
  if (fd === null) return sendErrorPage(response, 404, { detail: "There is no such log file." });
  const { size } = fstatSync(fd);
  const name = `${stream === "main" ? "supervisord" : `${group}-${member ?? "all"}-${stream}`}.log`.replaceAll(
    /[^\w.-]+/g,
    "_",
  );
  response.writeHead(200, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Disposition": `attachment; filename="${name}"`,
    "Content-Length": size,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  });
  if (request.method === "HEAD" || size === 0) {
    closeSync(fd);
    return void response.end();
  }
  // What is written while it is sent is not part of it: its length has been said.
  pipeline(createReadStream("", { fd, start: 0, end: size - 1 }), allOf(size), response, () => undefined);
}

/**
 * Passes so many bytes on, and fails if there are fewer: a log that is emptied while it is sent has less than has been promised.
 * The connection has to end then; the client would take its next answer for the rest of the log.
 */
function allOf(size: number): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (chunks) {
    let left = size;
    for await (const chunk of chunks) {
      left -= chunk.length;
      yield chunk;
    }
    if (left > 0) throw new Error("the file has become shorter");
  };
}

function logTools(downloads: readonly Html[]): Html {
  return html`<div class="toolbar logtools js">
      <label>Search <input type="search" id="search" autocomplete="off" spellcheck="false" /></label>
      <label><input type="checkbox" id="only" /> only lines that match</label>
      <span id="matches" role="status"></span>
      <button type="button" id="pause" aria-pressed="false">Pause</button>
      <label><input type="checkbox" id="wrap" checked /> Wrap</label>
      <button type="button" id="empty">Clear view</button>
    </div>
    <p class="downloads">Download: ${downloads}</p>`;
}

/** The last bytes of a log as text without colours; `null` if there is no such file. */
function endOf(path: string, bytes: number): Html | string | null {
  const end = readLog(path, -bytes, 0);
  if (typeof end === "string") return null;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(end).replaceAll(COLORS, "");
  return text === "" ? "" : new Html(escapeHtml(text));
}

const COLORS = new RegExp(
  "\\u001B(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\u001B]*(?:\\u0007|\\u001B\\\\)?|[@-Z\\\\-_])",
  "g",
);
