/**
 * Streams that bring little, often: a wake-up, a read and a write for each line is most of what such a program costs. They are read
 * together, every 25 ms, for as long as something comes; a stream that brought nothing goes back to being woken for. No stream,
 * no timer.
 */
export class ChattyStreams {
  readonly #streams = new Set<ChattyStream>();
  #armed = false;

  add(stream: ChattyStream): void {
    this.#streams.add(stream);
    this.#arm();
  }

  delete(stream: ChattyStream): void {
    this.#streams.delete(stream);
  }

  #read(): void {
    this.#armed = false;
    for (const stream of this.#streams) if (!stream.readChat()) this.#streams.delete(stream);
    if (this.#streams.size > 0) this.#arm();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    setTimeout(() => this.#read(), BATCH);
  }
}

export interface ChattyStream {
  /** Reads what is there. False if it is to be left out from now on. */
  readChat(): boolean;
}

/** Tells from its reads whether a stream chatters: some in a row that were short and soon after one another. */
export class ChatDetector {
  #streak = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** A read of so many bytes, at this time in milliseconds. */
  read(length: number, now: number): boolean {
    this.#streak = length <= SHORT && now - this.#lastAt <= SOON ? this.#streak + 1 : 0;
    this.#lastAt = now;
    return this.#streak >= ENOUGH;
  }

  reset(): void {
    this.#streak = 0;
  }
}

/** Milliseconds. */
const BATCH = 25;
const SOON = 20;
/** Bytes. */
const SHORT = 4096;
const ENOUGH = 10;
