import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at its first size. By default it grows to three times 16 MiB while many programs start, and stays
 * there for as long as the daemon lives: half of the memory of a daemon with a thousand programs. What that costs is a few more
 * collections of little garbage. To be called before much is allocated; unlike `--max-semi-space-size` it works at run time.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
