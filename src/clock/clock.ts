import { SharedWakes } from "./shared-wakes.ts";

/**
 * Time, as the floors above see it. Decisions use `monotonic` only: the wall clock jumps (NTP, suspend, an operator), and
 * Supervisor's timers, which use it, fire an hour early or late when it does. The wall clock is for display.
 */
export interface Clock {
  /** CLOCK_MONOTONIC in milliseconds: comparable between processes of one boot, so a deadline survives a restart of ours. */
  monotonic(): number;
  /** Milliseconds since the epoch. */
  wall(): number;
  /** Runs `action` once the monotonic clock has reached `deadline`; returns how to call that off. */
  at(deadline: number, action: () => void): () => void;
  /** As `at`, but up to `COARSE` later, together with what else is due by then: a hundred restarts are a few awakenings. */
  around(deadline: number, action: () => void): () => void;
}

/** setTimeout treats anything longer as 1 ms. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  wall: () => Date.now(),
  at(deadline, action) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const rest = deadline - systemClock.monotonic();
      // Node rounds timeouts down to whole milliseconds, so a timer may fire early: look again rather than act early.
      if (rest <= 0) action();
      else timer = setTimeout(arm, Math.min(Math.ceil(rest), LONGEST_TIMEOUT));
    };
    timer = setTimeout(arm, Math.min(Math.max(Math.ceil(deadline - systemClock.monotonic()), 0), LONGEST_TIMEOUT));
    return () => clearTimeout(timer);
  },
  around: (deadline, action) => shared.at(deadline, action),
};

/** Milliseconds. A retry is at most 50 late, and what it waits for then takes its time, too. */
const COARSE = 20;

const shared = new SharedWakes((deadline, action) => systemClock.at(deadline, action), COARSE);
