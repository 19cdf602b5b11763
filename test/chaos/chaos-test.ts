import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** One entry of the suite: does something terrible, then counts. */
export interface ChaosTest {
  /** As in docs/reliability.md: R2, L3, C7. */
  readonly id: string;
  readonly title: string;
  readonly criterion: string;
  /** It only does what Supervisor understands, too, in worlds of its context: `--with-supervisord` runs it against both. */
  readonly comparable?: true;
  /** Throws only if the test itself could not be carried out; a broken promise is `pass: false` with figures. */
  run(context: ChaosContext): Promise<ChaosResult>;
}

export interface ChaosContext {
  readonly random: Random;
  readonly seed: number;
  /** The nightly profile: as long and as large as the criterion says; otherwise a few seconds. */
  readonly full: boolean;
  /** A world whose daemon is the one under test. */
  world(): World;
}

export interface ChaosResult {
  readonly figures: Readonly<Record<string, number | string | boolean | readonly string[]>>;
  /** Broken promises, in words; none: passed. These are counts, and one broken once is broken: none is forgiven. */
  readonly broken: readonly string[];
  /** Missed times, and peaks of memory: reported, but a busy machine misses them too, so they do not fail the run. */
  readonly late?: readonly string[];
  /** Why the test could not be run here, if so: it neither passed nor failed. */
  readonly skipped?: string;
}
