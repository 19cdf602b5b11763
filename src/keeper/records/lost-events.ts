import type { KeptEvent, PassingEvent, ProcessKey } from "../../protocol/keeper.ts";

/** One that is dropped, if need be, before it is acknowledged. */
export type LostEvent = Exclude<KeptEvent, { readonly type: "exit" }>;

/** What was dropped of the events of one program. */
export type Loss = Omit<PassingEvent & { type: "eventsLost" }, "type">;

/**
 * Counts the messages and pieces of output that were dropped before a supervisor had them: because there was none, or because it did
 * not keep up. Told by whoever serves the supervisor.
 */
export class LostEvents {
  /** Number of the newest event that the present supervisor has been sent: what is dropped of these is no loss. 0: there is none. */
  sent = 0;
  readonly #losses = new Map<ProcessKey, { events: number; bytes: number }>();

  note({ seq, key, data }: LostEvent): void {
    if (seq <= this.sent) return;
    const loss = this.#losses.get(key) ?? { events: 0, bytes: 0 };
    loss.events++;
    loss.bytes += Buffer.byteLength(data, "base64");
    this.#losses.set(key, loss);
  }

  /** What was lost since this was asked last, by program. */
  take(): Loss[] {
    const losses = [...this.#losses].map(([key, loss]) => ({ key, ...loss }));
    this.#losses.clear();
    return losses;
  }
}
