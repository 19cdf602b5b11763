import { setFlagsFromString } from "node:v8";

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
export function keepEngineQuiet(): void {
  setFlagsFromString(`--interrupt-budget=${OPTIMISE_AFTER}`);
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-concurrent-array-buffer-sweeping");
}

/**
 * How much work in a function makes V8 compile it as well as it can, in bytes of its code that have run. V8's own is 67,584. With
 * 2,000,000, which spares no more, whoever works a lot is slow to become fast: a supervisor that answers thousands of calls in a
 * second, a keeper whose programs chatter (a fifth more CPU in the first ten seconds).
 */
const OPTIMISE_AFTER = 300_000;
