import type { Clock } from "../clock/clock.ts";
import type { Keeper, ProcessKey } from "../protocol/keeper.ts";

const SIGKILL = 9;

/**
 * Ends what is left of a program that put itself into the background, where its group is to end with it: by its stopsignal, and
 * by SIGKILL when stopwaitsecs are over.
 */
export class BackgroundStrays {
  readonly #keeper: Keeper;
  readonly #clock: Clock;
  readonly #key: ProcessKey;
  /** Calls SIGKILL off; `null` when none is due. */
  #callOff: (() => void) | null = null;

  constructor(keeper: Keeper, clock: Clock, key: ProcessKey) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#key = key;
  }

  /** Begins; who begins again after a crash does no harm. */
  end({ stopsignal, stopwaitsecs }: { readonly stopsignal: number; readonly stopwaitsecs: number }): void {
    this.cancel();
    this.#signal(stopsignal);
    const due = this.#clock.monotonic() + stopwaitsecs * 1000;
    this.#callOff = this.#clock.at(due, () => this.endNow());
  }

  /** The program is about to be started again: what is not gone by now goes first. */
  endNow(): void {
    if (this.#callOff === null) return;
    this.cancel();
    this.#signal(SIGKILL);
  }

  cancel(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  #signal(signal: number): void {
    // Nobody may be left, and if the keeper is gone so are we.
    this.#keeper.signal(this.#key, signal, "group").catch(() => {});
  }
}
