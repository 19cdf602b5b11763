import { html, type Html } from "./html.ts";
import type { JournalEntry, WebJournal } from "./journal.ts";

/** The timeline: what happened, and who did what, newest first. */
export function eventsPage(journal: WebJournal, query: URLSearchParams): Html {
  const subject = query.get("name") ?? "";
  const entries = journal.latest(500, subject);
  return html`<h1>Events${subject === "" ? null : html` of ${subject}`}</h1>
    <p class="hint">
      Since this supervisor process began, at most the last 1000. The <a href="/daemon">main log</a> goes back further.
    </p>
    ${timeline(entries)}`;
}

export function timeline(entries: readonly JournalEntry[]): Html {
  if (entries.length === 0) return html`<p class="calm">Nothing has happened yet.</p>`;
  return html`<div id="timeline">
    <ol class="timeline">
      ${entries.map(line)}
    </ol>
  </div>`;
}

function line(entry: JournalEntry): Html {
  const at = new Date(entry.at);
  const subject = entry.subject === "" ? null : html`<b>${entry.subject}</b> `;
  return html`<li class="${entry.tone} ${entry.kind}">
    <time datetime="${at.toISOString()}">${clockText(at)}</time> <span>${subject}${entry.text}</span>
  </li>`;
}

/** In the daemon's time zone, as in its log. */
export function clockText(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
