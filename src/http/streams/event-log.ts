import type { EventEffect } from "../../machine/effect.ts";
import { randomBytes } from "node:crypto";
import { namespec } from "../../model/model.ts";
import type { ProcessState } from "../../model/states.ts";
import type { StreamItem } from "../../protocol/api.ts";
import type { ConfigControl } from "../../supervisor/config-control.ts";
import type { ManagedProcess } from "../../supervisor/managed-process.ts";
import { stateDetail } from "../../supervisor/state-detail.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { Recent } from "../recent.ts";

/** An item with a number, or the end; and the process it is about, if it is about one. */
export interface LoggedEvent {
  readonly item: Extract<StreamItem, { readonly seq: number } | { readonly type: "end" }>;
  readonly process: ManagedProcess["spec"] | null;
}

const FAILURES: ReadonlySet<string> = new Set(["BACKOFF", "FATAL", "UNKNOWN"] satisfies ProcessState[]);

/** So many of the last events can be told again, at least. */
const MOST = 2000;

/**
 * What happened in the life of this supervisor process, numbered: states, readiness, plans. The latest are kept for clients that
 * come back after a broken connection. Numbers begin anew with each life, so a life has a name.
 */
export class EventLog {
  readonly life = randomBytes(6).toString("hex");
  readonly #events = new Recent<LoggedEvent>(MOST);
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  readonly #supervisor: Supervisor;
  /** Processes seen, and whether they were ready then. */
  readonly #ready = new Map<ManagedProcess, boolean>();
  #seq = 0;

  constructor(supervisor: Supervisor, config: ConfigControl) {
    this.#supervisor = supervisor;
    supervisor.bus.subscribe((event) => {
      if (event.type !== "state" && event.type !== "changed") return;
      const { process } = event;
      if (process.retired) return void this.#ready.delete(process);
      // One that was ready before we came is no news.
      const before = this.#ready.get(process) ?? (event.type === "changed" && process.ready);
      this.#ready.set(process, process.ready);
      if (event.type === "state") this.#state(process, event.event);
      if (process.ready && !before) {
        this.#add({ type: "ready", namespec: namespec(process.spec), seq: 0 }, process.spec);
      }
    });
    config.onChange((report) => this.#add({ type: "plan", report, seq: 0 }, null));
  }

  /** Number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  /** Everything that is known still. */
  all(): readonly LoggedEvent[] {
    return this.#events.last(this.#events.length);
  }

  /** What came after the event with that number; `null` if that is not known any more. */
  since(seq: number): readonly LoggedEvent[] | null {
    const missing = this.#seq - seq;
    if (missing < 0 || missing > this.#events.length) return null;
    return this.#events.last(missing);
  }

  subscribe(listener: (event: LoggedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The daemon ends for good: whoever listens need not come back. */
  end(): void {
    for (const listener of this.#listeners) listener({ item: { type: "end" }, process: null });
  }

  #state(process: ManagedProcess, event: EventEffect): void {
    const { from, name } = event;
    const detail = stateDetail(this.#supervisor, process, event);
    const to = name.slice("PROCESS_STATE_".length) as typeof from;
    const failed = FAILURES.has(to) || (event.name === "PROCESS_STATE_EXITED" && !event.expected);
    this.#add({ type: "state", namespec: namespec(process.spec), from, to, detail, failed, seq: 0 }, process.spec);
  }

  #add(item: Extract<StreamItem, { readonly seq: number }>, process: LoggedEvent["process"]): void {
    const event: LoggedEvent = { item: { ...item, seq: ++this.#seq }, process };
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
