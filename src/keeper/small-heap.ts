import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps V8 from taking memory just because there is some. To be called before much is allocated; works at run time, unlike
 * `--max-semi-space-size`.
 *
 * The young generation stays at its first size: by default it grows to three times 16 MiB while many programs start, and stays
 * there for as long as the daemon lives, half of the memory of a daemon with a thousand programs. The old one is collected when
 * it has grown by a third: by default not before it has doubled or more, so that what waits in a buffer for a while, as events
 * do, adds 30 MiB of garbage to 12 that live. What that costs is a few more collections of little.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=33");
}

/**
 * Gives back what a busy time has left: returns whom to tell of the bytes of each message, and once enough have come and then none
 * for two seconds, garbage is collected, once. Node does that only when it needs room, and what hardly does anything never does.
 * While nothing happens there is no timer.
 */
export function collectWhenStill(): (bytes: number) => void {
  let passed = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    const rest = STILL - (performance.now() - lastAt);
    timer = rest > 0 ? setTimeout(look, rest).unref() : null;
    if (timer !== null) return;
    passed = 0;
    collectGarbage();
  };
  return (bytes) => {
    passed += bytes;
    lastAt = performance.now();
    if (passed >= WORTH_IT) timer ??= setTimeout(look, STILL).unref();
  };
}

/**
 * Node shows `gc` only in contexts that are made after the flag was set. What lives is moved together as well: among what a start
 * leaves behind, a third of each page is holes.
 */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  setFlagsFromString("--compact-on-every-full-gc");
  collect();
  setFlagsFromString("--no-compact-on-every-full-gc");
}

/** Milliseconds. */
const STILL = 2000;
/** Bytes of messages that leave so much garbage that it is worth some milliseconds: the start of some fifty programs. */
const WORTH_IT = 64 * 1024;
