/**
 * Lets one through in each turn of the event loop, in order: where something takes milliseconds, such as making a process, what
 * has happened meanwhile is seen to between two of them, and answers are sent.
 */
export class OneATurn {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Resolves when it is the caller's turn. */
  take(): Promise<void> {
    if (this.#taken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#passOn();
    return Promise.resolve();
  }

  #passOn(): void {
    this.#taken = true;
    setImmediate(() => {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#taken = false;
        return;
      }
      this.#passOn();
      next();
    });
  }
}
