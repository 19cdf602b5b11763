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
  // V8 writes to stderr that it does not know a flag.
  const major = Number.parseInt(process.versions.v8, 10);
  for (const flag of major < 12 ? BY_BYTES : BY_CALLS) setFlagsFromString(flag);
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--no-concurrent-array-buffer-sweeping");
}

/**
 * How much work in a function makes V8 compile it as well as it can: 4.4 times as much as by itself. With thirty times, which spares
 * no more, whoever works a lot is slow to become fast: a supervisor that answers thousands of calls in a second, a keeper whose
 * programs chatter (a fifth more CPU in the first ten seconds).
 *
 * Up to Node 21 that is said in bytes of code that have run (67,584 by itself).
 */
const BY_BYTES = ["--interrupt-budget=300000"];
/** Since Node 22 in calls of average length, for each of two compilers (400 and 3000 by themselves). */
const BY_CALLS = ["--invocation-count-for-maglev=1800", "--invocation-count-for-turbofan=13300"];
