/** Milliseconds. Who has read what the first one does takes longer to press again. */
const ECHO = 1000;

/**
 * Counts how often somebody has pressed Ctrl-C. One press may come several times: from the terminal, which sends it to all that runs in it,
 * and from npm and others that pass on what they are sent, after a while if they look for all processes below them first.
 */
export class Presses {
  #count = 0;
  #last = Number.NEGATIVE_INFINITY;

  /** A signal has come; `now` in milliseconds. Answers which press it is, or `null` for an echo of the last one. */
  take(now: number): number | null {
    if (now - this.#last < ECHO) return null;
    this.#last = now;
    return ++this.#count;
  }
}
