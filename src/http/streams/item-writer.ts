import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { StreamItem } from "../../protocol/api.ts";

/** A client that is more than this many bytes behind is told of gaps instead of filling our memory. */
const MAX_BUFFERED = 1 << 19;

/** Logs that are read for one client at a time: each is some open files, and the client takes one item after the other anyway. */
const MOST_AT_ONCE = 8;

/** How an item looks on the wire. */
export type ItemFormat = (item: StreamItem) => string;

export const jsonLine: ItemFormat = (item) => `${JSON.stringify(item)}\n`;

/** Writes items to one client and knows how far behind it is. */
export class ItemWriter {
  readonly #response: ServerResponse;
  readonly #format: ItemFormat;
  readonly #drained = new Set<() => void>();
  /** Those who wait for their turn. */
  readonly #line: (() => void)[] = [];
  #atOnce = 0;
  #closed = false;
  /** Bytes of live output that wait behind what was written before, of all streams together. */
  held = 0;

  constructor(response: ServerResponse, format: ItemFormat) {
    this.#response = response;
    this.#format = format;
    const wake = (): void => {
      const waiting = [...this.#drained];
      this.#drained.clear();
      for (const resolve of waiting) resolve();
    };
    response.on("drain", wake);
    response.once("close", () => {
      this.#closed = true;
      wake();
    });
  }

  /** The client has left: nothing needs to be read for it any more. */
  get closed(): boolean {
    return this.#closed || this.#response.destroyed;
  }

  /** So far behind that what can be left out should be. */
  get behind(): boolean {
    return this.#response.writableLength > MAX_BUFFERED;
  }

  /** Sends at once, however far behind the client is. */
  send(item: StreamItem): void {
    if (!this.closed) this.#response.write(this.#format(item));
  }

  /** Nothing more follows. */
  end(): void {
    this.#response.end();
  }

  /** Breaks the connection off. */
  fail(error: Error): void {
    this.#response.destroy(error);
  }

  onClose(listener: () => void): void {
    this.#response.once("close", listener);
  }

  /**
   * Resolves when the client has taken what was sent, at the earliest in the next turn of the event loop: whoever sends much
   * waits here between pieces, so that everybody else has a turn too. False: the client has left.
   */
  async room(): Promise<boolean> {
    await setImmediate();
    // Many may wait, and the first to go on fills the room again.
    while (!this.closed && this.#response.writableNeedDrain) await this.drained();
    return !this.closed;
  }

  /** Reads a log for this client in its turn; not at all if the client has left by then. */
  async inTurn(read: () => Promise<void>): Promise<void> {
    if (this.#atOnce === MOST_AT_ONCE) await new Promise<void>((resolve) => void this.#line.push(resolve));
    else this.#atOnce++;
    try {
      if (!this.closed) await read();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#atOnce--;
      else next();
    }
  }

  /** Resolves when the client has taken something, or has left. */
  drained(): Promise<void> {
    return new Promise((resolve) => void this.#drained.add(resolve));
  }
}
