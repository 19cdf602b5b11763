import { basename, dirname } from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StatusReport } from "../../protocol/api.ts";
import type { WebAssets } from "./assets.ts";
import { html, type Html } from "./html.ts";

/** Nothing from elsewhere, nothing inline, in no frame: what a log or a name smuggles into a page cannot run. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What goes with every page. `same-origin` as referrer: names of programs are nobody else's business. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": PAGE_POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cache-Control": "no-store",
};

export interface Page {
  readonly title: string;
  /** The entry of the navigation that this page is. */
  readonly here: "processes" | "logs" | "events" | "config" | "daemon" | "";
  readonly content: Html;
  /** A message about what was just done; "" for none. */
  readonly message?: string;
  /** Scripts of this page under /web/. */
  readonly script?: string;
}

/** Puts a page into the frame that all pages have. */
export function sendPage(
  assets: WebAssets,
  report: StatusReport,
  page: Page,
  request: IncomingMessage,
  response: ServerResponse,
  status = 200,
): void {
  const body = Buffer.from(
    assets.fill("page.html", {
      title: page.title,
      identifier: nameOf(report),
      version: report.version,
      navigation: navigation(page.here),
      banner: banner(report),
      message: messageBox(page.message ?? ""),
      content: page.content,
      script: page.script === undefined ? "" : html`<script type="module" src="/web/${page.script}"></script>`,
    }),
  );
  response.writeHead(status, {
    ...PAGE_HEADERS,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Tabs of several projects are to be told apart, also where nobody has given them an identifier. */
function nameOf({ identifier, config }: StatusReport): string {
  return identifier === "supervisor" ? basename(dirname(config.file)) || identifier : identifier;
}

/** What concerns the daemon as a whole, on top of every page: a broken config, a shutdown. */
export function banner(report: StatusReport): Html {
  const { config, mood } = report;
  const going =
    mood === "running"
      ? null
      : html`<p class="banner warn">The daemon is ${mood === "shutdown" ? "shutting down" : "restarting"}.</p>`;
  const stale =
    config.stale === null
      ? null
      : html`<p class="banner bad">
          The config on disk has mistakes; the last good one stays in force. <a href="/config">Show them</a>
        </p>`;
  const restart =
    config.needsRestart.length === 0
      ? null
      : html`<p class="banner warn">
          Changed on disk, in force after a restart of the daemon: ${config.needsRestart.join(", ")}
        </p>`;
  return html`${going}${stale}${restart}`;
}

function messageBox(text: string): Html {
  return html`<div id="message" role="status" aria-live="polite">
    ${text === "" ? null : html`<p class="message">${text}</p>`}
  </div>`;
}

function navigation(here: Page["here"]): Html {
  const entries = [
    ["processes", "/", "Processes"],
    ["logs", "/logs", "Logs"],
    ["events", "/events", "Events"],
    ["config", "/config", "Config"],
    ["daemon", "/daemon", "Main log"],
  ] as const;
  const links = entries.map(
    ([name, href, text]) => html`<a href="${href}" ${name === here ? html` aria-current="page"` : null}>${text}</a>`,
  );
  return html`${links}`;
}
