import { namespec } from "../../model/model.ts";
import type { ConfigControl } from "../../supervisor/config-control.ts";
import { stateDetail } from "../../supervisor/state-detail.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { Recent } from "../recent.ts";

/** One line of the timeline. */
export interface JournalEntry {
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly kind: "state" | "config" | "action" | "daemon";
  /** The namespec it is about; "" if it is about no single process. */
  readonly subject: string;
  readonly text: string;
  readonly tone: "good" | "bad" | "plain";
}

const MOST = 1000;

/**
 * What happened, newest last, as far as this supervisor process has seen it: states, configs, and who did what from the page.
 * It is kept in memory; the daemon's log is what lasts.
 */
export class WebJournal {
  readonly #entries = new Recent<JournalEntry>(MOST);
  readonly #now: () => number;

  constructor(supervisor: Supervisor, config: ConfigControl) {
    this.#now = () => supervisor.clock.wall();
    supervisor.bus.subscribe((event) => {
      if (event.type === "mood" && event.mood !== "running") {
        this.add({ kind: "daemon", subject: "", text: `the daemon is going: ${event.mood}`, tone: "bad" });
      }
      if (event.type === "groupAdded" || event.type === "groupRemoved") {
        const word = event.type === "groupAdded" ? "added" : "removed";
        this.add({ kind: "config", subject: event.group.spec.name, text: `group ${word}`, tone: "plain" });
      }
      if (event.type !== "state") return;
      const { process } = event;
      const state = event.event.name.slice("PROCESS_STATE_".length);
      const isBad = state === "FATAL" || state === "BACKOFF" || state === "UNKNOWN";
      const detail = state === "RUNNING" ? `pid ${process.pid}` : stateDetail(supervisor, process, event.event);
      this.add({
        kind: "state",
        subject: namespec(process.spec),
        text: `${event.event.from.toLowerCase()} → ${state.toLowerCase()}${detail === "" ? "" : `: ${detail}`}`,
        tone: isBad ? "bad" : state === "RUNNING" ? "good" : "plain",
      });
    });
    config.onChange((report) => {
      const { steps } = report;
      const text = !report.ok
        ? "the config on disk has mistakes; nothing was changed"
        : `config applied: ${steps.length === 0 ? "nothing to change" : steps.map((step) => `${step.action} ${step.namespec}`).join(", ")}`;
      if (!report.ok || steps.length > 0)
        this.add({ kind: "config", subject: "", text, tone: report.ok ? "plain" : "bad" });
    });
  }

  add(entry: Omit<JournalEntry, "at">): void {
    this.#entries.push({ ...entry, at: this.#now() });
  }

  /** Newest first. @param subject only about this process; "" for all. */
  latest(count: number, subject = ""): readonly JournalEntry[] {
    const about = subject === "" ? undefined : (entry: JournalEntry): boolean => entry.subject === subject;
    return this.#entries.last(count, about).toReversed();
  }
}
