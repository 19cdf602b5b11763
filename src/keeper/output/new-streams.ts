/**
 * Streams that have just begun, and that may wait. To be woken for a stream takes a socket, which is dear to make and to take apart.
 * A program in trouble ends as soon as it has begun: what it has written is read at its end in any case. And where many are being
 * started, their processes come first. So such streams are listened to 10 to 20 ms after they began, together with the others of that
 * time, or once nothing waits to be started, but not later than a second after: until then a FIFO holds what is written. No new
 * stream, no timer.
 */
export class NewStreams {
  readonly #busy: () => boolean;
  /** Since the last tick, and before it. */
  #newest = new Set<NewStream>();
  #older = new Set<NewStream>();
  /** Ticks that the oldest has waited because others were to be started. */
  #held = 0;
  #armed = false;

  /** @param busy whether programs wait to be started */
  constructor(busy: () => boolean = () => false) {
    this.#busy = busy;
  }

  /** Whether any new stream should come here. */
  get wanted(): boolean {
    return this.#busy();
  }

  add(stream: NewStream): void {
    this.#newest.add(stream);
    this.#arm();
  }

  delete(stream: NewStream): void {
    if (!this.#newest.delete(stream)) this.#older.delete(stream);
  }

  #tick(): void {
    this.#armed = false;
    if (this.#busy() && this.#held < MOST) {
      this.#held += 1;
      this.#arm();
      return;
    }
    this.#held = 0;
    const due = this.#older;
    this.#older = this.#newest;
    this.#newest = new Set();
    if (this.#older.size > 0) this.#arm();
    for (const stream of due) stream.listen();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    setTimeout(() => this.#tick(), PATIENCE);
  }
}

export interface NewStream {
  /** Is woken from now on when there is something to read, or nobody left to write it. */
  listen(): void;
}

/** Milliseconds: more than a program needs to begin and to fail, less than anybody notices. */
const PATIENCE = 10;
/** Ticks. */
const MOST = 100;
