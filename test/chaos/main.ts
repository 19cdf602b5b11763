import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ChaosResult, ChaosTest } from "./chaos-test.ts";
import { Random } from "./random.ts";
import { suite } from "./suite.ts";

/**
 * Runs the suite, or the tests named: one JSON line each on stdout, what goes on meanwhile on stderr. Returns the exit
 * status: 1 if a promise was broken; with `--again`, if it was broken twice. `--markdown FILE` also writes a table.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean" },
      full: { type: "boolean", default: false },
      seed: { type: "string" },
      "no-build": { type: "boolean" },
      again: { type: "boolean", default: false },
      markdown: { type: "string" },
    },
    allowPositionals: true,
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const chosen =
    positionals.length === 0 ? suite : suite.filter((test) => positionals.some((one) => isMeant(one, test.id)));
  let failed = 0;
  const rows: string[] = [];
  for (const test of chosen) {
    process.stderr.write(`${test.id}: ${test.title}\n`);
    const began = performance.now();
    let result = await attempt(test, seed, values.full);
    if (values.again && result.broken.length > 0) {
      process.stderr.write(`${test.id}: broken, so once more: ${result.broken.join("; ")}\n`);
      result = await attempt(test, seed, values.full);
    }
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
    rows.push(tableRow(test, result, pass));
  }
  if (values.markdown !== undefined) writeFileSync(values.markdown, `${TABLE_HEAD}${rows.join("")}`);
  return failed === 0 ? 0 : 1;
}

const TABLE_HEAD = "| test | what | criterion | figures | met |\n| --- | --- | --- | --- | --- |\n";

function tableRow(test: ChaosTest, { figures, broken, late, skipped }: ChaosResult, pass: boolean | null): string {
  const cell = (text: string): string => text.replaceAll("|", "/").replaceAll(/\s+/g, " ");
  const counted = Object.entries(figures).map(([name, value]) => `${name} ${String(value)}`);
  const met =
    pass === null
      ? `not run: ${skipped}`
      : pass
        ? late?.length
          ? `counts yes; ${late.join(", ")}`
          : "yes"
        : `no: ${broken.join("; ")}`;
  return `| ${test.id} | ${cell(test.title)} | ${cell(test.criterion)} | ${cell(counted.join(", "))} | ${cell(met)} |\n`;
}

/** A test by its name, or all of a kind by its letter. */
function isMeant(positional: string, id: string): boolean {
  return positional === id || (positional.length === 1 && id.startsWith(positional));
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
