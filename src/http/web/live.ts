import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { ProcessReport, StatusReport } from "../../protocol/api.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { banner } from "./page.ts";
import { processRow } from "./row.ts";
import type { UsageMeter } from "../../usage/usage-meter.ts";
import { processKey } from "../../model/model.ts";

/*
 * Theory. A page carries a mark: which life of ours made it, and the number of the last change it shows. Its stream begins
 * there: the rows that have changed since are sent anew, drawn by the same function that drew the page. When processes were
 * added or removed, or the mark is from an earlier life, the page is told to fetch the table again. Numbers that change all
 * the time (usage) travel as numbers; uptime not at all, the page counts by itself. With no stream open nothing is measured.
 */

/** Milliseconds between two looks at usage, and at sentences that count down. */
const TICK = 2000;
/** Changes within this time travel together. */
const GATHER = 150;
/** A page that has this much unread gets the next news later. */
const MAX_UNREAD = 1 << 20;

export interface LiveParts {
  readonly supervisor: Supervisor;
  readonly status: () => Promise<StatusReport>;
  readonly meter: UsageMeter;
  readonly onError: (error: unknown) => void;
}

/** The stream of a table that is looked at: `GET /web/live?since=<mark>`, as server-sent events. */
export class WebLive {
  readonly #parts: LiveParts;
  readonly #life = randomBytes(6).toString("hex");
  #revision = 0;
  #structure = 0;
  readonly #changed = new Map<string, number>();
  readonly #watchers = new Set<() => void>();

  constructor(parts: LiveParts) {
    this.#parts = parts;
    parts.supervisor.bus.subscribe((event) => {
      const before = this.#revision;
      if ("process" in event && event.type !== "capture" && event.type !== "log" && event.type !== "logsCleared") {
        this.#changed.set(event.process.key, ++this.#revision);
        // A member of a group that stays was added or removed: only its own events tell.
        if (event.process.retired) this.#structure = this.#revision;
      } else if (event.type.startsWith("group")) this.#structure = ++this.#revision;
      if (this.#revision !== before) for (const watcher of this.#watchers) watcher();
    });
  }

  /** The mark of a page that is made now. Take it before the status. */
  mark(): string {
    return `${this.#life}.${this.#revision}`;
  }

  /** Serves one stream until the page is closed. */
  open(since: string, response: ServerResponse): void {
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
      "X-Content-Type-Options": "nosniff",
    });
    response.write("retry: 2000\n\n");
    const [life, number] = since.split(".");
    let seen = life === this.#life ? Number(number) : -1;
    const rows = new Map<string, string>();
    let keys = "";
    let lastBanner = "";
    let busy = false;
    let due: NodeJS.Timeout | null = null;

    const send = (event: string, data: unknown): void =>
      void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const news = async (measure: boolean): Promise<void> => {
      if (busy || response.destroyed || response.writableLength > MAX_UNREAD) return;
      busy = true;
      try {
        const revision = this.#revision;
        const report = await this.#parts.status();
        const nowKeys = report.processes.map(processKey).join("\n");
        if (!(seen >= this.#structure) || (keys !== "" && keys !== nowKeys)) send("table", {});
        else sendRows(report);
        keys = nowKeys;
        seen = revision;
        const text = banner(report).text;
        if (text !== lastBanner) send("banner", { html: text });
        lastBanner = text;
        if (measure) send("usage", this.#usage(report.processes, report.now));
      } catch (error) {
        this.#parts.onError(error);
        response.destroy();
      } finally {
        busy = false;
      }
    };
    const sendRows = (report: StatusReport): void => {
      const changed: string[] = [];
      for (const one of report.processes) {
        const key = processKey(one);
        const isNews = (this.#changed.get(key) ?? 0) > seen;
        // A sentence with a countdown changes by itself.
        if (!isNews && one.why === "" && !rows.has(key)) continue;
        const text = processRow({ ...one }, one.start * 1000, null).text;
        if (rows.get(key) === text) continue;
        rows.set(key, text);
        changed.push(text);
      }
      if (changed.length > 0) send("rows", { now: report.now, rows: changed });
    };
    const onChange = (): void => {
      due ??= setTimeout(() => {
        due = null;
        void news(false);
      }, GATHER);
    };
    this.#watchers.add(onChange);
    const ticker = setInterval(() => void news(true), TICK);
    response.once("close", () => {
      this.#watchers.delete(onChange);
      clearInterval(ticker);
      if (due !== null) clearTimeout(due);
    });
    void news(true);
  }

  #usage(processes: readonly ProcessReport[], now: number): object {
    const running = processes.filter((one) => one.pid !== 0);
    const measured = this.#parts.meter.measure(running.map((one) => one.pid));
    const usage: Record<string, readonly [number | null, number, number]> = {};
    for (const one of running) {
      const used = measured.get(one.pid);
      if (used !== undefined) {
        usage[processKey(one)] = [
          used.cpu === null ? null : Math.round(used.cpu * 10) / 10,
          used.memory,
          used.processes,
        ];
      }
    }
    return { now, usage };
  }
}
