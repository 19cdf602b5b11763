import { InOrder } from "./in-order.ts";

/**
 * Lets callers through in order, as many in one turn of the event loop as fit into a few milliseconds, and at least one: where
 * something takes its time, such as making a process, what has happened meanwhile is seen to soon, and answers are sent. A turn for
 * each of them would be fairer by little and dearer by much: each turn has its own wake-ups, reads and writes, here and at whoever
 * is told.
 */
export class SpawnTurns {
  /** For what has to be prepared first: places in the order in which it was asked for. */
  readonly order = new InOrder();
  readonly #waiting: (() => void)[] = [];
  readonly #now: () => number;
  /** Somebody has been let through in this turn. */
  #taken = false;
  /** Until when others are let through in this turn. */
  #until = 0;
  /** Somebody has been let through, and has perhaps not done yet what it came for. */
  #busy = false;

  /** @param now milliseconds of any clock that only goes on */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether somebody waits for its turn. */
  get awaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when it is the caller's turn. What it does then it does at once, before it waits for anything. */
  take(): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#go();
    return turn;
  }

  #go(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    if (!this.#taken) this.#begin();
    else if (this.#now() >= this.#until) return;
    this.#busy = true;
    this.#waiting.shift()?.();
    // Twice, so that it comes after what the caller does, whether it waits already or is about to.
    queueMicrotask(() =>
      queueMicrotask(() => {
        this.#busy = false;
        this.#go();
      }),
    );
  }

  #begin(): void {
    this.#taken = true;
    this.#until = this.#now() + SLICE;
    setImmediate(() => {
      this.#taken = false;
      this.#go();
    });
  }
}

/** Milliseconds. */
const SLICE = 8;
