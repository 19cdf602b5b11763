import { startTimeOf } from "./proc.ts";
import type { SystemCalls } from "./system-calls.ts";

/**
 * When processes were started, in clock ticks since boot, as /proc/PID/stat has it: with the pid, the identity of a process. That file
 * takes the kernel longer than all else that is done for a start, the process itself aside, and says what a clock says as well: a
 * process that is made within one tick was started in that tick (proc(5), starttime). Whether this system counts so is seen at the
 * first process that was made within one.
 */
export class StartTimes {
  readonly #now: () => number | null;
  readonly #read: (pid: number) => string;
  #asTheClock = false;

  constructor(calls: Pick<SystemCalls, "ticksSinceBoot">, read = startTimeOf) {
    this.#now = () => calls.ticksSinceBoot();
    this.#read = read;
  }

  /** To be called right before a process is made; what it returns says, right after, when the process was started; "" if it is gone. */
  before(): (pid: number) => string {
    const before = this.#now();
    return (pid) => {
      const sameTick = before !== null && this.#now() === before;
      if (sameTick && this.#asTheClock) return String(before);
      const startTime = this.#read(pid);
      if (sameTick) this.#asTheClock = startTime === String(before);
      return startTime;
    };
  }
}
