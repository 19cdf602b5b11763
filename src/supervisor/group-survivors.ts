import type { Clock } from "../clock/clock.ts";
import type { ExitedInput } from "../machine/input.ts";
import type { Keeper, ProcessKey } from "../protocol/keeper.ts";

/** Milliseconds from one look to the next. Nobody is told of the deaths of a process's children. */
const LOOK_EVERY = 100;

/**
 * Holds back the end of a process that is being stopped as a group while others of its group live on.
 *
 * A leader that ends on SIGTERM says nothing about children that ignore it. Supervisor takes the leader's end for the end of
 * the stop and leaves them behind for ever. Here the process stays STOPPING until the group is empty; at the end of
 * stopwaitsecs the machine sends SIGKILL to the group as it would have done with the leader alive.
 */
export class GroupSurvivors {
  readonly #keeper: Keeper;
  readonly #clock: Clock;
  readonly #key: ProcessKey;
  readonly #gone: (held: ExitedInput) => void;
  #held: ExitedInput | null = null;
  #callOff: () => void = () => {};

  /** `gone` gets what was held back, once the group is empty. */
  constructor(keeper: Keeper, clock: Clock, key: ProcessKey, gone: (held: ExitedInput) => void) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#key = key;
    this.#gone = gone;
  }

  /** To be saved: the event it came with is acknowledged already. */
  get held(): ExitedInput | null {
    return this.#held;
  }

  hold(exit: ExitedInput): void {
    this.#held = exit;
    void this.#look();
  }

  cancel(): void {
    this.#callOff();
    this.#held = null;
  }

  async #look(): Promise<void> {
    // Signal 0 asks whether there is anybody, and nothing else.
    const anybody = await this.#keeper.signal(this.#key, 0, "group").catch(() => null);
    if (this.#held === null || anybody === null) return; // called off, or the keeper is gone and so are we
    if (anybody.ok) {
      this.#callOff = this.#clock.at(this.#clock.monotonic() + LOOK_EVERY, () => void this.#look());
      return;
    }
    const held = this.#held;
    this.#held = null;
    this.#gone(held);
  }
}
