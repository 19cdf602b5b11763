import type { EventLog, LoggedEvent } from "./event-log.ts";
import type { ItemWriter } from "./item-writer.ts";

/**
 * Tells one client what happens, each event once and in order. A client that falls behind (a pager that waits, a terminal that was
 * stopped) is told the rest when it has caught up: what it has not taken stays in the log of events, which all share, and not in a
 * buffer of its own that nobody bounds. What the log no longer has is missed, and that is said.
 */
export class EventTeller {
  readonly #events: EventLog;
  readonly #writer: ItemWriter;
  readonly #isWanted: (event: LoggedEvent) => boolean;
  #told: number;
  #isHeld: boolean;
  #isWaiting = false;

  /** @param told number of the event to begin behind. @param isHeld nothing is told until `release`. */
  constructor(
    events: EventLog,
    writer: ItemWriter,
    options: {
      readonly told: number;
      readonly isHeld: boolean;
      readonly isWanted: (event: LoggedEvent) => boolean;
    },
  ) {
    this.#events = events;
    this.#writer = writer;
    this.#isWanted = options.isWanted;
    this.#told = options.told;
    this.#isHeld = options.isHeld;
  }

  /** Tells what is new, as far as the client takes it. */
  tell(): void {
    if (this.#isHeld || this.#isWaiting) return;
    for (const event of this.#news()) {
      if (this.#writer.behind) return this.#goOnLater();
      this.#send(event);
    }
  }

  release(): void {
    this.#isHeld = false;
    this.tell();
  }

  /** Tells all that is left, however far behind the client is. */
  tellAll(): void {
    for (const event of this.#news()) this.#send(event);
  }

  #news(): readonly LoggedEvent[] {
    const news = this.#events.since(this.#told);
    if (news !== null) return news;
    this.#writer.send({ type: "missed", what: "events", reason: "too much has happened since" });
    const left = this.#events.all();
    this.#told = this.#events.seq - left.length;
    return left;
  }

  #send(event: LoggedEvent): void {
    if ("seq" in event.item) this.#told = event.item.seq;
    if (this.#isWanted(event)) this.#writer.send(event.item);
  }

  #goOnLater(): void {
    this.#isWaiting = true;
    void this.#writer.drained().then(() => {
      this.#isWaiting = false;
      if (!this.#writer.closed) this.tell();
    });
  }
}
