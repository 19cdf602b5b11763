import type { IncomingMessage, ServerResponse } from "node:http";
import { Fault } from "../../protocol/faults.ts";
import type { Dispatch } from "../../rpc/dispatch-type.ts";
import { sendErrorPage } from "../error-page.ts";
import { readForm } from "./action.ts";
import { html, type Html } from "./html.ts";
import type { WebMessages } from "./messages.ts";
import { PAGE_HEADERS } from "./page.ts";

export interface LegacyParts {
  readonly dispatch: Dispatch;
  readonly messages: WebMessages;
  /** Whether a GET may act (`legacyGetActions`). */
  readonly actOnGet: boolean;
  /** Notes who did what. */
  readonly note: (text: string) => void;
}

/**
 * The addresses of Supervisor's own page, for scripts that use them: `index.html?action=...&processname=...` and `tail.html`.
 * Its messages are Supervisor's. Two things differ: an action is a POST (Supervisor acts on GET, so any page that somebody
 * looks at can stop programs with an image) unless `legacyGetActions` is set, and the redirect is a 303 to a path (Supervisor's 301 is cached, and goes wherever
 * the `Host` header says). A GET with an action is asked back: it shows one button, which sends the POST.
 *
 * False: the request is none of these, or a look at the page, which a POST without an action is too.
 */
export async function answerLegacy(
  parts: LegacyParts,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && request.method !== "POST") return false;
  const form = isRead ? new URLSearchParams() : await readLegacyForm(request, response);
  if (form === null) return true;
  // Values of the body win, of several there the last, in the address the first; an empty one is as good as none.
  const value = (name: string): string => form.getAll(name).findLast((one) => one !== "") ?? firstOf(query, name);
  if (path === "/tail.html") {
    await sendTail(parts.dispatch, value("processname"), value("limit"), response);
    return true;
  }
  const action = value("action");
  const name = value("processname");
  if (action === "") return false;
  if (!ALL.has(action) && !(ONE.has(action) && name !== "")) {
    sendErrorPage(response, 400, {
      detail: `There is no action ${action}${name === "" ? " without a processname" : ""}.`,
    });
    return true;
  }
  const mayAct = !isRead || (parts.actOnGet && request.method === "GET" && isFromHere(request));
  if (!mayAct && action !== "refresh") sendQuestion(action, name, response);
  else {
    const text = await carryOut(parts.dispatch, action, name);
    if (action !== "refresh") parts.note(`${action} ${name}`.trim());
    response.writeHead(303, { Location: `/?done=${parts.messages.add(text)}`, "Content-Length": 0 }).end();
  }
  return true;
}

function firstOf(query: URLSearchParams, name: string): string {
  return query.getAll(name).find((one) => one !== "") ?? "";
}

/**
 * A page of another site can make a browser send a GET, as with an image; the browser then says so, newer ones by
 * Sec-Fetch-Site, all by the Referer unless that page forbids it. Scripts send neither.
 */
function isFromHere({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const referer = headers.referer;
  if (referer === undefined) return true;
  return URL.canParse(referer) && new URL(referer).host === headers.host;
}

const ALL = new Set(["refresh", "stopall", "restartall"]);
const ONE = new Set(["start", "stop", "restart", "clearlog"]);

/** A script that posts everything in the address has no body, and so no type. */
async function readLegacyForm(request: IncomingMessage, response: ServerResponse): Promise<URLSearchParams | null> {
  const { headers } = request;
  const isEmpty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (isEmpty) headers["content-type"] = "application/x-www-form-urlencoded";
  return readForm(request, response, true);
}

async function carryOut(dispatch: Dispatch, action: string, name: string): Promise<string> {
  const now = ctime(new Date());
  if (action === "refresh") return `Page refreshed at ${now}`;
  if (action === "stopall" || action === "restartall") {
    await dispatch("supervisor.stopAllProcesses", []);
    if (action === "restartall") await dispatch("supervisor.startAllProcesses", []);
    return action === "stopall" ? `All stopped at ${ctime(new Date())}` : `All restarted at ${ctime(new Date())}`;
  }
  try {
    await dispatch("supervisor.getProcessInfo", [name]);
  } catch (error) {
    if (error instanceof Fault && error.faultString.startsWith("BAD_NAME")) return `No such process named ${name}`;
    return whyNot(error);
  }
  try {
    switch (action) {
      case "start":
        await dispatch("supervisor.startProcess", [name]);
        return `Process ${name} started`;
      case "stop":
        await dispatch("supervisor.stopProcess", [name]);
        return `Process ${name} stopped`;
      case "restart":
        await dispatch("supervisor.stopProcess", [name]).catch(onlyFaults);
        await dispatch("supervisor.startProcess", [name]).catch(onlyFaults);
        return `Process ${name} restarted`;
      default:
        await dispatch("supervisor.clearProcessLogs", [name]);
        return `Log for ${name} cleared`;
    }
  } catch (error) {
    const known = error instanceof Fault && action === "start" ? START_FAULTS[error.code] : undefined;
    return known === undefined ? whyNot(error) : `ERROR: Process ${name}: ${known}`;
  }
}

const START_FAULTS: Readonly<Record<number, string>> = {
  20: "no such file",
  21: "file not executable",
  40: "abnormal termination",
  50: "spawn error",
  60: "already started",
};

function whyNot(error: unknown): string {
  if (!(error instanceof Fault)) throw error;
  return `unexpected rpc fault [${error.code}] ${error.faultString}`;
}

function onlyFaults(error: unknown): void {
  if (!(error instanceof Fault)) throw error;
}

const LEAST_TAIL = 1024;
/** Numbers of XML-RPC end here; a larger one is as much as can be had, too. */
const MOST_TAIL = 2 ** 31 - 1;

async function sendTail(dispatch: Dispatch, name: string, limit: string, response: ServerResponse): Promise<void> {
  const bytes = /^\d+$/.test(limit) ? Math.min(MOST_TAIL, Math.max(LEAST_TAIL, Number(limit))) : LEAST_TAIL;
  const text = name === "" ? "No process name found" : await tailText(dispatch, name, bytes);
  const again =
    name === ""
      ? null
      : html`<a class="button" href="tail.html?processname=${encodeURIComponent(name)}&limit=${bytes}"> Refresh </a>`;
  sendPlainPage(
    response,
    `Supervisor tail of process ${name === "" ? "None" : name}`,
    html`<pre class="log">${text}</pre>
      ${again}`,
  );
}

async function tailText(dispatch: Dispatch, name: string, bytes: number): Promise<string> {
  try {
    return String(await dispatch("supervisor.readProcessStdoutLog", [name, -bytes, 0]));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.faultString.startsWith("NO_FILE")) return `No file for ${name}`;
    return `ERROR: unexpected rpc fault [${error.code}] ${error.faultString}`;
  }
}

function sendQuestion(action: string, name: string, response: ServerResponse): void {
  const hidden = name === "" ? null : html`<input type="hidden" name="processname" value="${name}" />`;
  const content = html`<h1>${QUESTIONS[action] ?? action} ${name === "" ? "all processes" : name}?</h1>
    <p>Links do not change anything here: this takes a POST.</p>
    <form method="post" action="/index.html">
      <input type="hidden" name="action" value="${action}" />${hidden}<button class="primary">
        ${QUESTIONS[action] ?? action}
      </button>
      <a class="button" href="/">Back</a>
    </form>`;
  sendPlainPage(response, "Supervisor Status", content);
}

const QUESTIONS: Readonly<Record<string, string>> = {
  start: "Start",
  stop: "Stop",
  restart: "Restart",
  clearlog: "Clear the log of",
  stopall: "Stop",
  restartall: "Restart",
};

function sendPlainPage(response: ServerResponse, title: string, content: Html): void {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="/web/page.css" />
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `;
  const body = Buffer.from(page.text);
  response.writeHead(200, {
    ...PAGE_HEADERS,
    "Content-Type": "text/html;charset=utf-8",
    Pragma: "no-cache",
    Expires: "Thu, 01 Jan 1970 00:00:00 GMT",
    "Content-Length": body.length,
  });
  response.end(body);
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** As C's ctime: `Fri Nov 20 17:15:34 2026`, in the daemon's time zone. */
function ctime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${DAYS[at.getDay()]} ${MONTHS[at.getMonth()]} ${String(at.getDate()).padStart(2, " ")} ${time} ${at.getFullYear()}`;
}
