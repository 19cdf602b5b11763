import { expect, test } from "vitest";
import { compareRandomCalls } from "../chaos/x2-same-answers.ts";

/*
 * Calls made up at random, sensible and not, are sent to a real supervisord and to our daemon, and both must answer the same.
 * `SEED=` and `CALLS=` bring back or enlarge a run; `npm run chaos -- X2` does the same with another seed each time.
 */
const SEED = Number(process.env["SEED"] ?? 20261120);
const CALLS = Number(process.env["CALLS"] ?? 20_000);

test(`${CALLS} random calls get the same answers from both daemons (SEED=${SEED})`, { timeout: 600_000 }, async () => {
  const { differences, figures } = await compareRandomCalls(SEED, CALLS);
  console.log(JSON.stringify({ id: "X2", seed: SEED, figures }));
  expect(differences).toEqual([]);
  expect(figures["calls"]).toBeGreaterThanOrEqual(CALLS);
});
