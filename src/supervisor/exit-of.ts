import type { Exit } from "../machine/life.ts";
import type { ExitEvent } from "../protocol/keeper.ts";

/** How a process has ended, of all that the keeper says about that. */
export function exitOf({ code, signal, unknown, coreDumped, outOfMemory }: ExitEvent): Exit {
  return {
    code,
    signal,
    unknown,
    ...(coreDumped === undefined ? {} : { coreDumped }),
    ...(outOfMemory === undefined ? {} : { outOfMemory }),
  };
}
