import { setFlagsFromString } from "node:v8";

/**
 * How much work in a function makes V8 compile it as well as it can, in bytes of its code that have run. V8's own is 67,584. The
 * keeper's loops that are really hot, such as those of a flood of output, get there all the same, within a second. The supervisor
 * answers calls, thousands in a second if somebody wants that, and would be slow to become fast.
 */
export const OPTIMISE_LATE = { keeper: 2_000_000, supervisor: 300_000 } as const;

/**
 * V8 is made for programs that compute: what has run a few hundred times is compiled again, by other threads, as well as it can be. A
 * daemon runs a little of everything, now and then: in the first minute of a busy time a fifth of its CPU went into machine code that
 * was hardly used, and programs that start at that time know better things to do with it. So it is compiled later.
 *
 * The young generation is small (see `keepHeapSmall`), and is collected in half a millisecond. Helping threads spare nothing of that,
 * but have to be waited for: on a busy machine ten milliseconds and more, while nobody is answered.
 *
 * To be called before much has run.
 */
export function keepEngineQuiet(budget: number): void {
  setFlagsFromString(`--interrupt-budget=${budget}`);
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-concurrent-array-buffer-sweeping");
}
