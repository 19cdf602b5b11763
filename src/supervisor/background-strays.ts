import type { Clock } from "../clock/clock.ts";
import type { Life } from "../machine/life.ts";
import type { Keeper, ProcessKey } from "../protocol/keeper.ts";

const SIGKILL = 9;

/**
 * Begins to end what is left, if a program put itself into the background and its group is to end with it; otherwise there is
 * nothing to do: `null`. Who begins again after a crash does no harm.
 */
export function endStrays(
  spec: StrayPolicy,
  life: Life,
  key: ProcessKey,
  { keeper, clock }: { readonly keeper: Keeper; readonly clock: Clock },
): BackgroundStrays | null {
  if (!spec.killasgroup || life.state !== "FATAL" || life.cause !== "background") return null;
  return new BackgroundStrays(keeper, clock, key, spec);
}

export interface StrayPolicy {
  readonly killasgroup: boolean;
  readonly stopsignal: number;
  readonly stopwaitsecs: number;
}

/**
 * Ends what is left of a program that put itself into the background, where its group is to end with it: by its stopsignal, and
 * by SIGKILL when stopwaitsecs are over.
 */
export class BackgroundStrays {
  readonly #keeper: Keeper;
  readonly #key: ProcessKey;
  /** Calls SIGKILL off; `null` when none is due. */
  #callOff: (() => void) | null;

  constructor(keeper: Keeper, clock: Clock, key: ProcessKey, { stopsignal, stopwaitsecs }: StrayPolicy) {
    this.#keeper = keeper;
    this.#key = key;
    this.#signal(stopsignal);
    const due = clock.monotonic() + stopwaitsecs * 1000;
    this.#callOff = clock.at(due, () => this.endNow());
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
