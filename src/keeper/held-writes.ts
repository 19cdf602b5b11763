import type { Writable } from "node:stream";

/**
 * One side's writes to the connection between keeper and supervisor. What is said in one turn goes out in few writes, the last at
 * its end: each is a call of the system, and wakes the other process. But a turn in which a thousand programs are stopped, or are
 * found dead, takes a while; so nothing is held back for longer than the other would need to begin with it.
 */
export class HeldWrites {
  readonly #stream: Writable;
  readonly #turnEnds: (then: () => void) => void;
  readonly #now: () => number;
  readonly #heldFor: number;
  /** Since when something is held back; `null`: nothing is. */
  #since: number | null = null;

  /**
   * @param turnEnds calls `then` at the end of the present turn
   * @param heldFor milliseconds after which what a long turn has said so far goes out
   * @param now milliseconds of a clock that only goes on
   */
  constructor(stream: Writable, turnEnds: (then: () => void) => void, heldFor: number, now: () => number) {
    this.#stream = stream;
    this.#turnEnds = turnEnds;
    this.#heldFor = heldFor;
    this.#now = now;
  }

  write(frames: readonly Uint8Array[]): void {
    const now = this.#now();
    if (this.#since === null) {
      this.#stream.cork();
      this.#turnEnds(() => this.#letGo());
      this.#since = now;
    } else if (now - this.#since >= this.#heldFor) {
      this.#stream.uncork();
      this.#stream.cork();
      this.#since = now;
    }
    for (const frame of frames) this.#stream.write(frame);
  }

  #letGo(): void {
    this.#since = null;
    this.#stream.uncork();
  }
}
