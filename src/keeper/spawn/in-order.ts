/**
 * Keeps what is prepared side by side in the order in which it was asked for: programs are to be started by their priorities,
 * whichever of them is ready first. But one that takes its time (a user that a far away directory is asked about) holds up
 * the others for a while only.
 */
export class InOrder {
  #last: Promise<void> = Promise.resolve();
  /** Who has entered and not left. */
  #inside = 0;

  /** Takes the next place. `leave` has to be called in any case. */
  enter(): Place {
    const before = this.#inside++ === 0 ? null : this.#last;
    let left = (): void => undefined;
    const leaving = new Promise<void>((resolve) => (left = resolve));
    this.#last = before === null ? leaving : before.then(() => leaving);
    let inside = true;
    return {
      turn: () => (before === null ? Promise.resolve() : atMost(PATIENCE, before)),
      leave: () => {
        if (inside) this.#inside--;
        inside = false;
        left();
      },
    };
  }
}

export interface Place {
  /** Resolves when all who entered before have left, or have been waited for long enough. */
  turn(): Promise<void>;
  /** Lets the next one through. */
  leave(): void;
}

/** Milliseconds. */
const PATIENCE = 1000;

function atMost(milliseconds: number, awaited: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void awaited.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
