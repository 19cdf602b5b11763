import type { LogSink } from "./daemon-log.ts";

/**
 * A sink that gets what is logged in one turn of the event loop as one text: each write is a call of the system, which costs more
 * than making the line. Nothing waits longer than until the turn ends; who needs it sooner says `flush`, as must who ends the
 * process.
 */
export class LineBatch implements LogSink {
  readonly #sink: LogSink;
  #text = "";

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  write(line: string): void {
    if (this.#text === "") queueMicrotask(() => this.flush());
    this.#text += line;
  }

  /** Writes what there is. Never throws: a full disk must not stop supervision, and nowhere is left to complain to. */
  flush(): void {
    const text = this.#text;
    if (text === "") return;
    this.#text = "";
    try {
      this.#sink.write(text);
    } catch {
      // The next line tries again.
    }
  }

  reopen(): void {
    this.flush();
    this.#sink.reopen?.();
  }
}
