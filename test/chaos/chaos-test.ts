import type { Random } from "./random.ts";

/** One entry of the suite: does something terrible, then counts. */
export interface ChaosTest {
  /** As in docs/reliability.md: R2, L3, C7. */
  readonly id: string;
  readonly title: string;
  readonly criterion: string;
  /** Throws only if the test itself could not be carried out; a broken promise is `pass: false` with figures. */
  run(context: ChaosContext): Promise<ChaosResult>;
}

export interface ChaosContext {
  readonly random: Random;
  readonly seed: number;
  /** The nightly profile: as long and as large as the criterion says; otherwise a few seconds. */
  readonly full: boolean;
}

export interface ChaosResult {
  readonly figures: Readonly<Record<string, number | string | boolean | readonly string[]>>;
  /** Broken promises, in words; none: passed. */
  readonly broken: readonly string[];
  /** Missed times: reported, but a busy machine misses them too, so they do not fail the run. */
  readonly late?: readonly string[];
  /** Why the test could not be run here, if so: it neither passed nor failed. */
  readonly skipped?: string;
}
