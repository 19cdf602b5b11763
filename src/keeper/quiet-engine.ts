import { setFlagsFromString } from "node:v8";

/**
 * V8 is made for programs that compute: what has run a few hundred times is compiled again, by other threads, as well as it can be. A
 * daemon runs a little of everything, now and then: in its first minutes a fifth of its CPU went into code that was not run often
 * enough to pay for that. So code has to run four times as much to be compiled so well. What a busy daemon does all the time still is.
 *
 * The young generation is small (see `keepHeapSmall`), and is collected in half a millisecond. Helping threads spare nothing of that,
 * but have to be waited for: on a busy machine ten milliseconds and more, while nobody is answered.
 *
 * To be called before much has run.
 */
export function keepEngineQuiet(): void {
  setFlagsFromString("--interrupt-budget=300000");
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-concurrent-array-buffer-sweeping");
}
