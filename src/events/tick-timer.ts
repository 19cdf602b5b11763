/** The time as ticks need it. */
export interface TickTime {
  /** Milliseconds since the epoch: what ticks are aligned to. */
  wall(): number;
  monotonic(): number;
  /** Runs `action` once the monotonic clock has reached `deadline`; returns how to call that off. */
  at(deadline: number, action: () => void): () => void;
}

/**
 * Ticks at every multiple of some periods on the wall clock, for those that somebody wants: an idle daemon must not wake up
 * for nobody. Ticks that were missed are not made up for; a wall clock that was set, or went on while the machine slept, ticks
 * once for that, when the next tick would have been due, but within a minute: for an hour nobody would wait.
 */
export class TickTimer {
  readonly #time: TickTime;
  readonly #tick: (period: number, when: number) => void;
  /** Beginning of the present period by period, shortest first: that is the order of ticks that coincide. */
  #last = new Map<number, number>();
  #disarm: () => void = () => {};

  /** `tick` gets the period and the time in seconds since the epoch, a multiple of it. */
  constructor(time: TickTime, tick: (period: number, when: number) => void) {
    this.#time = time;
    this.#tick = tick;
  }

  /** Sets the periods to tick at, in seconds. The first tick of a new one comes when its next period begins. */
  want(periods: readonly number[]): void {
    const wanted = [...periods].sort((a, b) => a - b);
    this.#last = new Map(wanted.map((period) => [period, this.#last.get(period) ?? this.#beginning(period)]));
    this.#arm();
  }

  #arm(): void {
    this.#disarm();
    this.#disarm = () => {};
    if (this.#last.size === 0) return;
    const wall = this.#time.wall();
    const rests = [...this.#last.keys()].map((period) => (this.#beginning(period) + period) * 1000 - wall);
    this.#disarm = this.#time.at(this.#time.monotonic() + Math.min(LONGEST, ...rests), () => this.#look());
  }

  #look(): void {
    const due = [...this.#last]
      .map(([period, last]) => ({ period, last, when: this.#beginning(period) }))
      .filter(({ last, when }) => when !== last);
    for (const { period, when } of due) this.#last.set(period, when);
    // First armed, then told: whoever is told may want no more.
    this.#arm();
    for (const { period, when } of due) this.#tick(period, when);
  }

  #beginning(period: number): number {
    return Math.floor(this.#time.wall() / 1000 / period) * period;
  }
}

/** Milliseconds until the wall clock is looked at again, whatever it said. */
const LONGEST = 60_000;
