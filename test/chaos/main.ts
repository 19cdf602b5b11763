import { parseArgs } from "node:util";
import type { ChaosResult, ChaosTest } from "./chaos-test.ts";
import { Random } from "./random.ts";
import { suite } from "./suite.ts";

/**
 * Runs the suite, or the tests named: one JSON line each on stdout, what goes on meanwhile on stderr. Returns the exit
 * status: 1 if a promise was broken.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean" },
      full: { type: "boolean", default: false },
      seed: { type: "string" },
      "no-build": { type: "boolean" },
    },
    allowPositionals: true,
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const chosen = positionals.length === 0 ? suite : suite.filter((test) => positionals.includes(test.id));
  let failed = 0;
  for (const test of chosen) {
    process.stderr.write(`${test.id}: ${test.title}\n`);
    const began = performance.now();
    const result = await attempt(test, seed, values.full);
    const pass = result.skipped === undefined ? result.broken.length === 0 : null;
    if (pass === false) failed++;
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const { figures, broken, late, skipped } = result;
    const line = { id: test.id, seed, seconds, figures, criterion: test.criterion, pass };
    const more = {
      ...(broken.length > 0 ? { broken } : {}),
      ...(late !== undefined && late.length > 0 ? { timing: late } : {}),
      ...(skipped === undefined ? {} : { skipped }),
    };
    process.stdout.write(`${JSON.stringify({ ...line, ...more })}\n`);
  }
  return failed === 0 ? 0 : 1;
}

async function attempt(test: ChaosTest, seed: number, full: boolean): Promise<ChaosResult> {
  try {
    // Each test has its own sequence, so that one run alone does what it did within the whole.
    return await test.run({ random: new Random(seed ^ hash(test.id)), seed, full });
  } catch (error) {
    return { figures: {}, broken: [`it could not be carried out: ${(error as Error).stack ?? String(error)}`] };
  }
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
}
