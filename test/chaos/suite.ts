import type { ChaosTest } from "./chaos-test.ts";
import { killSupervisor } from "./r2-kill-supervisor.ts";
import { killBoth, killKeeper } from "./r3-kill-keeper.ts";

/** In the order in which they run: the heart first. */
export const suite: readonly ChaosTest[] = [killSupervisor, killKeeper, killBoth];
