/**
 * Timers that may fire a little late, and so fire together: their deadlines are rounded up to the next multiple of `grain`
 * milliseconds, and those that come to the same have one timer.
 */
export class SharedWakes {
  readonly #at: (deadline: number, action: () => void) => () => void;
  readonly #grain: number;
  readonly #wakes = new Map<number, { readonly actions: Set<() => void>; readonly callOff: () => void }>();

  /** `at`: runs an action once a deadline is reached, and returns how to call that off. */
  constructor(at: (deadline: number, action: () => void) => () => void, grain: number) {
    this.#at = at;
    this.#grain = grain;
  }

  /** Returns how to call `action` off. Actions of one wake run in the order in which they were asked for. */
  at(deadline: number, action: () => void): () => void {
    const due = Math.ceil(deadline / this.#grain) * this.#grain;
    // Its own object: the same function may be asked for twice.
    const mine = (): void => action();
    const wake = this.#wakes.get(due) ?? this.#open(due);
    wake.actions.add(mine);
    return () => {
      if (!wake.actions.delete(mine) || wake.actions.size > 0 || this.#wakes.get(due) !== wake) return;
      this.#wakes.delete(due);
      wake.callOff();
    };
  }

  #open(due: number): { readonly actions: Set<() => void>; readonly callOff: () => void } {
    const actions = new Set<() => void>();
    const fire = (): void => {
      this.#wakes.delete(due);
      for (const action of actions) {
        // One that is called off by an earlier one is not run any more.
        actions.delete(action);
        action();
      }
    };
    const wake = { actions, callOff: this.#at(due, fire) };
    this.#wakes.set(due, wake);
    return wake;
  }
}
