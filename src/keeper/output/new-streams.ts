/**
 * Streams that have just begun, of programs that ended soon the last time. To be woken for a stream takes a socket, which is dear to
 * make and to take apart, and a program in trouble ends as soon as it has begun: what it has written is read at its end in any case.
 * So such a stream is listened to 10 to 20 ms after it began, together with the others of that time. No new stream, no timer.
 */
export class NewStreams {
  /** Since the last tick, and before it. */
  #newest = new Set<NewStream>();
  #older = new Set<NewStream>();
  #armed = false;

  add(stream: NewStream): void {
    this.#newest.add(stream);
    this.#arm();
  }

  delete(stream: NewStream): void {
    if (!this.#newest.delete(stream)) this.#older.delete(stream);
  }

  #tick(): void {
    this.#armed = false;
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
