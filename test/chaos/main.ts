import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { attempt, type Attempt } from "./attempt.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Scene } from "./scene.ts";
import { suite } from "./suite.ts";
import { TABLE_HEAD, tableRow } from "./table.ts";

/**
 * Runs the suite, or the tests named: one JSON line each on stdout, what goes on meanwhile on stderr. Returns the exit
 * status: 1 if a promise was broken, if a test could not be carried out (with `--again`: twice), or if anything was left
 * behind. `--with-supervisord` has Debian's daemon go through the tests it can; what it scores is told, and fails nothing.
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
      "with-supervisord": { type: "boolean", default: false },
      markdown: { type: "string" },
    },
    allowPositionals: true,
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const chosen =
    positionals.length === 0 ? suite : suite.filter((test) => positionals.some((one) => isMeant(one, test.id)));
  const scene = new Scene();
  const rows: string[] = [];
  let failed = 0;
  for (const test of chosen) {
    process.stderr.write(`${test.id}: ${test.title}\n`);
    const ours = await measure(test, { seed, full: values.full, daemon: "sup" }, values.again);
    if (ours.skipped === undefined && ours.broken.length > 0) failed++;
    const compare = values["with-supervisord"] && test.comparable === true;
    const theirs = compare ? await measure(test, { seed, full: values.full, daemon: "supervisord" }, false) : null;
    rows.push(tableRow(test, ours, theirs));
    const left = process.env["CHAOS_KEEP"] === undefined ? await scene.leftovers() : [];
    if (left.length > 0) {
      failed++;
      process.stdout.write(`${JSON.stringify({ id: `${test.id} cleanup`, seed, pass: false, broken: left })}\n`);
    }
  }
  if (process.env["CHAOS_KEEP"] === undefined) scene.close();
  if (values.markdown !== undefined) writeFileSync(values.markdown, `${TABLE_HEAD}${rows.join("")}`);
  return failed === 0 ? 0 : 1;
}

/** Runs a test and prints its line. A wait that took too long may show again that it can end; a count may not. */
async function measure(test: ChaosTest, options: Parameters<typeof attempt>[1], again: boolean): Promise<Attempt> {
  const began = performance.now();
  let result = await attempt(test, options);
  if (again && result.failure !== undefined) {
    process.stderr.write(`${test.id}: once more: ${result.failure}\n`);
    result = await attempt(test, options);
  }
  const { figures, broken, late = [], skipped } = result;
  const line = {
    id: test.id,
    ...(options.daemon === "sup" ? {} : { daemon: options.daemon }),
    seed: options.seed,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    figures,
    criterion: test.criterion,
    pass: skipped === undefined ? broken.length === 0 : null,
    ...(broken.length > 0 ? { broken } : {}),
    ...(late.length > 0 ? { timing: late } : {}),
    ...(skipped === undefined ? {} : { skipped }),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return result;
}

/** A test by its name, or all of a kind by its letter. */
function isMeant(positional: string, id: string): boolean {
  return positional === id || (positional.length === 1 && id.startsWith(positional));
}
