import type { ChaosTest } from "./chaos-test.ts";
import { killSupervisor } from "./r2-kill-supervisor.ts";

/** In the order in which they run: the heart first. */
export const suite: readonly ChaosTest[] = [killSupervisor];
