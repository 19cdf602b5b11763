/** The time as ticks need it. */
export interface TickTime {
  /** Milliseconds since the epoch: what ticks are aligned to. */
  wall(): number;
  monotonic(): number;
  /** Runs `action` once the monotonic clock has reached `deadline`; returns how to call that off. */
  at(deadline: number, action: () => void): () => void;
}

/**
 * Ticks at every multiple of a period on the wall clock, while somebody wants it: an idle daemon must not wake up for
 * nobody. Ticks that were missed are not made up for; a wall clock that was set back or forward ticks once for that, when
 * the next tick would have been due.
 */
export class TickTimer {
  readonly #period: number;
  readonly #time: TickTime;
  readonly #tick: (when: number) => void;
  #last = 0;
  #disarm: (() => void) | null = null;

  /** @param period seconds. `tick` gets the seconds since the epoch, a multiple of the period. */
  constructor(period: number, time: TickTime, tick: (when: number) => void) {
    this.#period = period;
    this.#time = time;
    this.#tick = tick;
  }

  /** Begins or ends ticking. The first tick comes when the next period begins. */
  want(wanted: boolean): void {
    if (wanted === (this.#disarm !== null)) return;
    if (wanted) {
      this.#last = this.#current();
      this.#arm();
    } else {
      this.#disarm?.();
      this.#disarm = null;
    }
  }

  #arm(): void {
    const wall = this.#time.wall();
    const period = this.#period * 1000;
    const rest = period - (((wall % period) + period) % period);
    this.#disarm = this.#time.at(this.#time.monotonic() + rest, () => this.#look());
  }

  #look(): void {
    const when = this.#current();
    const due = when !== this.#last;
    this.#last = when;
    // First armed, then told: whoever is told may want no more.
    this.#arm();
    if (due) this.#tick(when);
  }

  /** Beginning of the present period. */
  #current(): number {
    return Math.floor(this.#time.wall() / 1000 / this.#period) * this.#period;
  }
}
