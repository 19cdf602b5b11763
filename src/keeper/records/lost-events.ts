import type { KeptEvent, PassingEvent, ProcessKey } from "../../protocol/keeper.ts";

/** One that is dropped, if need be, before it is acknowledged. */
export type LostEvent = Exclude<KeptEvent, { readonly type: "exit" }>;

/** What was dropped of the events of one program. */
export type Loss = Omit<PassingEvent & { type: "eventsLost" }, "type">;

/**
 * Counts the messages and pieces of output that were dropped before a supervisor had them: because there was none, or because it did
 * not keep up, or died before it had seen to them. Told by whoever serves the supervisor.
 */
export class LostEvents {
  /** Number of the newest event that the present supervisor has been sent. 0: there is none. */
  sent = 0;
  readonly #losses = new Map<ProcessKey, { events: number; bytes: number }>();
  /** Dropped of what the present supervisor has been sent and has not acknowledged: no loss if it lives. */
  #unsure: { readonly seq: number; readonly key: ProcessKey; readonly bytes: number }[] = [];

  note({ seq, key, data }: LostEvent): void {
    const bytes = Buffer.byteLength(data, "base64");
    if (seq <= this.sent) this.#unsure.push({ seq, key, bytes });
    else this.#count(key, bytes);
  }

  /** The supervisor has seen to all up to this one. */
  acknowledged(seq: number): void {
    if (this.#unsure.length > 0) this.#unsure = this.#unsure.filter((event) => event.seq > seq);
  }

  /** The supervisor is gone. */
  unheard(): void {
    for (const { key, bytes } of this.#unsure) this.#count(key, bytes);
    this.#unsure = [];
    this.sent = 0;
  }

  /** What was lost since this was asked last, by program. */
  take(): Loss[] {
    const losses = [...this.#losses].map(([key, loss]) => ({ key, ...loss }));
    this.#losses.clear();
    return losses;
  }

  #count(key: ProcessKey, bytes: number): void {
    const loss = this.#losses.get(key) ?? { events: 0, bytes: 0 };
    loss.events++;
    loss.bytes += bytes;
    this.#losses.set(key, loss);
  }
}
