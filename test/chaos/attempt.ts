import type { ChaosContext, ChaosResult, ChaosTest } from "./chaos-test.ts";
import { Random } from "./random.ts";
import { SupervisordWorld } from "./supervisord-world.ts";
import { World } from "./world.ts";

/** A result, or why there is none: the test could not be carried out, mostly because a wait took too long. */
export type Attempt = ChaosResult & { readonly failure?: string };

/** Runs a test once against one of the two daemons. */
export async function attempt(
  test: ChaosTest,
  options: { readonly seed: number; readonly full: boolean; readonly daemon: "sup" | "supervisord" },
): Promise<Attempt> {
  const { seed, full, daemon } = options;
  // Each test has its own sequence, so that one run alone does what it did within the whole.
  const random = new Random(seed ^ hash(test.id));
  const world = (): World => (daemon === "sup" ? new World() : new SupervisordWorld());
  const context: ChaosContext = { random, seed, full, world };
  try {
    return await test.run(context);
  } catch (error) {
    const failure = `it could not be carried out: ${(error as Error).stack ?? String(error)}`;
    return { figures: {}, broken: [failure], failure };
  }
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
