import { movable } from "./kernel/cgroups.ts";
import { loadSystemCalls } from "./kernel/system-calls.ts";

/**
 * Does what takes the kernel some 10 ms each time and can be done while others are waited for. Leaves nothing behind; done again, it
 * takes no time.
 *
 * A process with threads waits for all processors whenever its table of descriptors gets too small, at 256 of them, 512 and so on:
 * in the middle of the start of many programs, if not now.
 */
export function prepareKeeper(): void {
  loadSystemCalls()?.reserveDescriptors(DESCRIPTORS);
  movable();
}

/** Of 1600 programs that write to both of their logs, five each. The kernel's memory for it is 64 KB. */
const DESCRIPTORS = 8192;
