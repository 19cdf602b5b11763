/**
 * Streams that have just begun. To be woken for a stream takes a socket, which is dear to make and to take apart, and many a
 * program in trouble ends as soon as it has begun: what it has written is read at its end in any case. So a stream is listened to
 * from 10 ms after it began, together with the others that began by then. No new stream, no timer.
 */
export class NewStreams {
  readonly #streams = new Set<NewStream>();
  #armed = false;

  add(stream: NewStream): void {
    this.#streams.add(stream);
    if (this.#armed) return;
    this.#armed = true;
    setTimeout(() => this.#listen(), PATIENCE);
  }

  delete(stream: NewStream): void {
    this.#streams.delete(stream);
  }

  #listen(): void {
    this.#armed = false;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const stream of streams) stream.listen();
  }
}

export interface NewStream {
  /** Is woken from now on when there is something to read, or nobody left to write it. */
  listen(): void;
}

/** Milliseconds: more than a program needs to begin and to fail, less than anybody notices. */
const PATIENCE = 10;
