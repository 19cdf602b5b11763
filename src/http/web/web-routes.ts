import type { IncomingMessage, ServerResponse } from "node:http";
import type { LogLevel } from "../../model/model.ts";
import { processKey } from "../../model/model.ts";
import type { StatusReport } from "../../protocol/api.ts";
import type { ApiMethods } from "../../rpc/api-methods.ts";
import type { Dispatch } from "../../rpc/dispatch-type.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { parseBasicAuth } from "../access/basic-auth.ts";
import { parseAddress } from "../address.ts";
import { sendErrorPage } from "../error-page.ts";
import type { RequestHandler } from "../sockets/http-server.ts";
import { sendJson } from "../json-api.ts";
import { parseAction, perform, readForm } from "./action.ts";
import { WebAssets } from "./assets.ts";
import { configPage } from "./config-page.ts";
import { eventsPage } from "./events-page.ts";
import { ExitCounts } from "../metrics/exit-counts.ts";
import type { WebJournal } from "./journal.ts";
import { answerLegacy } from "./legacy.ts";
import { WebLive } from "./live.ts";
import { daemonLogPage, logsPage, sendDownload } from "./log-page.ts";
import { WebMessages } from "./messages.ts";
import { metricsText } from "../metrics/metrics-text.ts";
import { sendPage, type Page } from "./page.ts";
import { processPage } from "./process-page.ts";
import { parseTableQuery, statusPage } from "./status-page.ts";
import { UsageMeter } from "../../usage/usage-meter.ts";

export interface WebParts {
  readonly supervisor: Supervisor;
  readonly journal: WebJournal;
  readonly methods: ApiMethods;
  readonly dispatch: Dispatch;
  /** Whether a GET of Supervisor's own addresses acts. */
  readonly actOnGet: boolean;
  /** The daemon's log that is written now; `null` if it is no file. */
  readonly mainLog: string | null;
  readonly log: (level: LogLevel, message: string) => void;
  /** templates/web of the installed package. */
  readonly folder: string;
  /** Whatever is no address of the page. */
  readonly rest: RequestHandler;
  readonly onError: (error: unknown) => void;
}

/** The page of `sup`, its metrics, and the addresses of Supervisor's own page. Who may come in has been decided before. */
export function webRoutes(parts: WebParts): RequestHandler {
  const { supervisor, methods, journal, onError } = parts;
  const assets = new WebAssets(parts.folder);
  const messages = new WebMessages();
  const exits = new ExitCounts(supervisor);
  const meter = new UsageMeter(() => performance.now());
  // The contract lets a method answer at once or later.
  const status = async (): Promise<StatusReport> => methods.status({});
  const live = new WebLive({ supervisor, status, meter, onError });

  return (request, response) => {
    const url = parseAddress(request.url ?? "/");
    const path = url === null ? "" : url.pathname.replace(/^\/+/, "/");
    if (url === null || (!PATHS.has(path) && !path.startsWith("/web/"))) return parts.rest(request, response);
    answer(path, url.searchParams, request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return void response.destroy();
      onError(error);
      if (response.headersSent) response.destroy();
      else sendErrorPage(response, 500);
    });
  };

  async function answer(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (path === "/action") return act(request, response);
    const isStatus = path === "/" || path === "/index.html";
    if (isStatus || path === "/tail.html") {
      const { dispatch, actOnGet } = parts;
      const legacy = { dispatch, actOnGet, note: (text: string) => note(request, text), messages };
      if (await answerLegacy(legacy, path, query, request, response)) return;
    }
    if (request.method !== "GET" && request.method !== "HEAD" && !(isStatus && request.method === "POST")) {
      return sendErrorPage(response, 405, { headers: { Allow: "GET, HEAD" } });
    }
    if (path === "/web/live" && request.method === "GET") return live.open(query.get("since") ?? "", response);
    if (path.startsWith("/web/")) {
      if (!assets.send(path, request, response)) sendErrorPage(response, 404);
      return;
    }
    if (path === "/metrics") return sendMetrics(request, response);
    if (path === "/logs/download") return sendDownload(supervisor, parts.mainLog, query, request, response);
    const mark = live.mark();
    const report = await status();
    const page = await pageAt(path, query, report, mark);
    if (page === null) return sendErrorPage(response, 404, { detail: "There is no process of this name." });
    sendPage(assets, report, { ...page, message: messages.get(query.get("done")) }, request, response);
  }

  async function pageAt(
    path: string,
    query: URLSearchParams,
    report: StatusReport,
    mark: string,
  ): Promise<Page | null> {
    switch (path) {
      case "/logs":
        return { title: "Logs", here: "logs", script: "logs.js", content: logsPage(report, query) };
      case "/daemon":
        return { title: "Main log", here: "daemon", script: "logs.js", content: daemonLogPage(parts.mainLog) };
      case "/events":
        return { title: "Events", here: "events", content: eventsPage(journal, query), script: "events.js" };
      case "/config": {
        const plan = await methods.plan({});
        return { title: "Config", here: "config", content: configPage(await methods.status({}), plan) };
      }
      case "/process": {
        // As it is written in our links, or shown: `g:*` is here a process of that name, if there is one.
        const name = query.get("name") ?? "";
        const found = report.processes.find((one) => processKey(one) === name || one.namespec === name);
        if (found === undefined) return null;
        const usage = meter.measure(running(report)).get(found.pid);
        return { title: found.namespec, here: "", content: processPage(found, report, usage ?? null, journal) };
      }
      default: {
        const usage = meter.measure(running(report));
        const content = statusPage(report, usage, parseTableQuery(query), mark);
        return { title: "Processes", here: "processes", script: "processes.js", content };
      }
    }
  }

  async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request, response);
    if (form === null) return;
    const action = parseAction(form);
    if (action === null)
      return sendErrorPage(response, 400, { detail: "This form says neither what to do nor with whom." });
    const { ok, text } = await perform(action, parts);
    note(
      request,
      `${action.verb}${action.verb === "signal" ? ` ${action.signal}` : ""} ${action.names.join(" ")}`.trim(),
    );
    if ((request.headers.accept ?? "").includes("application/json")) return sendJson(response, 200, { ok, text });
    const back = returnPath(request, form);
    const joint = back.includes("?") ? "&" : "?";
    // 303 and a path: the browser asks again with GET, and of us, whatever `Host` said.
    response.writeHead(303, { Location: `${back}${joint}done=${messages.add(text)}`, "Content-Length": 0 }).end();
  }

  /** Who did what: for the timeline, and for good in the daemon's log. */
  function note(request: IncomingMessage, text: string): void {
    const who = parseBasicAuth(request.headers.authorization)?.username ?? "somebody";
    const from = request.socket.remoteAddress ?? "a local socket";
    const said = `${printable(who)} at ${from}: ${printable(text)}`;
    parts.log("info", `web: ${said}`);
    journal.add({ kind: "action", subject: "", text: said, tone: "plain" });
  }

  async function sendMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const report = await status();
    const accept = request.headers.accept ?? "";
    const { text, type } = await metricsText(report, meter.measure(running(report)), exits, accept);
    const body = Buffer.from(text);
    response.writeHead(200, {
      "Content-Type": type,
      "Content-Length": body.length,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}

const PATHS = new Set(
  "/ /index.html /tail.html /action /process /logs /logs/download /events /config /daemon /metrics".split(" "),
);

function running(report: StatusReport): number[] {
  return report.processes.map((one) => one.pid).filter((pid) => pid !== 0);
}

/** The page the form was on, without what it said last; never an address of somebody else. */
function returnPath(request: IncomingMessage, form: URLSearchParams): string {
  const wanted = form.get("back") ?? refererPath(request.headers.referer);
  if (!/^\/(?:[?]|$|(?:process|events|config|logs)(?:[?]|$))/.test(wanted) || /[\r\n\\]/.test(wanted)) return "/";
  const url = new URL(wanted, "http://page");
  url.searchParams.delete("done");
  return `${url.pathname}${url.search}`;
}

function refererPath(referer: string | undefined): string {
  try {
    const url = new URL(referer ?? "");
    return `${url.pathname}${url.search}`;
  } catch {
    return "/";
  }
}

/** One line, whatever a form or a header holds. */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD]+/g, "?").slice(0, 500);
}
