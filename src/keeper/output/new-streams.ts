/**
 * Streams that have just begun, and that may wait. To be woken for a stream takes a socket, which is dear to make and to take apart.
 * A program in trouble ends as soon as it has begun: what it has written is read at its end in any case. And where many are being
 * started, their processes come first. So such streams are listened to 10 to 20 ms after they began, together with the others of that
 * time, or once nothing waits to be started, but a second after they began at the latest: until then a FIFO holds what is written. No
 * new stream, no timer.
 */
export class NewStreams {
  readonly #busy: () => boolean;
  /** Since when, oldest first. */
  readonly #waiting = new Map<NewStream, number>();
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
    this.#waiting.set(stream, performance.now());
    // Those that come meanwhile are listened to with it.
    this.#arm(2 * PATIENCE);
  }

  delete(stream: NewStream): void {
    this.#waiting.delete(stream);
  }

  #tick(): void {
    this.#armed = false;
    const since = performance.now() - (this.#busy() ? MOST : PATIENCE);
    for (const [stream, began] of this.#waiting) {
      if (began >= since) break;
      this.#waiting.delete(stream);
      stream.listen();
    }
    if (this.#waiting.size > 0) this.#arm(PATIENCE);
  }

  #arm(milliseconds: number): void {
    if (this.#armed) return;
    this.#armed = true;
    setTimeout(() => this.#tick(), milliseconds);
  }
}

export interface NewStream {
  /** Is woken from now on when there is something to read, or nobody left to write it. */
  listen(): void;
}

/** Milliseconds: more than a program needs to begin and to fail, less than anybody notices. */
const PATIENCE = 10;
/** Milliseconds. */
const MOST = 1000;
