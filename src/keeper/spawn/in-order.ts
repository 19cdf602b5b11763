/**
 * Keeps what is prepared side by side in the order in which it was asked for: programs are to be started by their priorities,
 * whichever of them is ready first. But one that takes its time (a user that a far away directory is asked about) holds up
 * the others for a while only.
 */
export class InOrder {
  #last: Promise<void> = Promise.resolve();

  /** Takes the next place. `leave` has to be called in any case. */
  enter(): Place {
    const before = this.#last;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    this.#last = before.then(() => left);
    return { turn: () => atMost(PATIENCE, before), leave };
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
