import type { CaptureEvent, ExitEvent, KeptEvent, LogEvent, ProcessKey } from "../../protocol/keeper.ts";
import type { LostEvent } from "./lost-events.ts";

/**
 * Events that wait for the supervisor's acknowledgement, and the supervisor's state that goes with it: both change in one
 * step. Exits are kept whatever happens; messages and log chunks are kept up to 8 MiB, because a supervisor that never comes back
 * must not take the keeper's memory, and with it every program, down. Then the oldest go of whoever has most of them: what an
 * event listener says is kept like this, too, and it would wait for ever for an answer to what a flood of others has pushed out.
 */
export class EventJournal {
  /** A supervisor of an earlier keeper has left its state. */
  readonly isInherited: boolean;
  #seq: number;
  #acknowledged: number;
  readonly #entries: Map<string, string>;
  #pending: KeptEvent[] = [];
  /** What messages and log chunks weigh that are pending. */
  #bytes = 0;
  /** The part of `#bytes` that each program has; none is 0. */
  readonly #bytesOf = new Map<ProcessKey, number>();
  readonly #changed: () => void;
  readonly #lost: (event: LostEvent) => void;

  /** `changed` is called after each change of what `saved` returns, `lost` with each event that is dropped. */
  constructor(saved: JournalState, changed: () => void, lost: (event: LostEvent) => void = () => undefined) {
    this.#seq = Math.max(saved.seq, saved.acknowledged);
    this.#acknowledged = saved.acknowledged;
    this.#entries = new Map(Object.entries(saved.entries));
    this.#changed = changed;
    this.#lost = lost;
    this.isInherited = this.#entries.size > 0;
  }

  /** Numbers an event and keeps it. `seq` is given for an event of an earlier keeper only. */
  add(event: ExitEvent | CaptureEvent | LogEvent, seq?: number): KeptEvent {
    this.#seq = Math.max(this.#seq, seq ?? this.#seq + 1);
    const kept: KeptEvent = { seq: seq ?? this.#seq, ...event };
    this.#pending.push(kept);
    this.#weigh(kept, 1);
    while (this.#bytes > CAP && this.#dropOldest());
    this.#changed();
    return kept;
  }

  /** Drops events up to `seq` and merges `changes` into the saved entries; `null` removes one. */
  acknowledge(seq: number, changes: Readonly<Record<string, string | null>>): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(seq, this.#seq));
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) this.#entries.delete(name);
      else this.#entries.set(name, value);
    }
    const first = this.#pending.findIndex((event) => event.seq > seq);
    const gone = this.#pending.splice(0, first === -1 ? this.#pending.length : first);
    for (const event of gone) this.#weigh(event, -1);
    this.#changed();
  }

  /** What the supervisor saved. */
  get entries(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entries);
  }

  /** Number of the newest event. */
  get seq(): number {
    return this.#seq;
  }

  /** Oldest first. */
  get pending(): readonly KeptEvent[] {
    return this.#pending;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  saved(): JournalState {
    return { seq: this.#seq, acknowledged: this.#acknowledged, entries: this.entries };
  }

  #dropOldest(): boolean {
    let heaviest: ProcessKey | null = null;
    for (const [key, bytes] of this.#bytesOf)
      if (heaviest === null || bytes > (this.#bytesOf.get(heaviest) ?? 0)) heaviest = key;
    const index = this.#pending.findIndex((event) => event.type !== "exit" && event.key === heaviest);
    const [gone] = index === -1 ? [] : this.#pending.splice(index, 1);
    if (gone === undefined) return false;
    this.#weigh(gone, -1);
    if (gone.type !== "exit") this.#lost(gone);
    return true;
  }

  /** @param sign 1 for one that is kept, -1 for one that is kept no longer. */
  #weigh(event: KeptEvent, sign: 1 | -1): void {
    const bytes = sign * weight(event);
    this.#bytes += bytes;
    const now = (this.#bytesOf.get(event.key) ?? 0) + bytes;
    if (now > 0) this.#bytesOf.set(event.key, now);
    else this.#bytesOf.delete(event.key);
  }
}

export interface JournalState {
  readonly seq: number;
  readonly acknowledged: number;
  readonly entries: Readonly<Record<string, string>>;
}

const CAP = 8 * 1024 * 1024;

function weight(event: KeptEvent): number {
  return event.type === "exit" ? 0 : event.data.length + 200;
}
