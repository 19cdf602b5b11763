// npm run bench [-- --full] [-- --rows 1,4]: see README.md.
import { readFileSync, readdirSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { takeFailures } from "./support/interleave.mjs";
import { regressions, summarise, table } from "./support/table.mjs";
import { openWorkplace, root } from "./support/workplace.mjs";

const { values: options } = parseArgs({ options: { full: { type: "boolean" }, rows: { type: "string" } } });
const wanted = options.rows?.split(",").map(Number);
const files = readdirSync(join(import.meta.dirname, "rows")).sort();
const rows = (await Promise.all(files.map((file) => import(`./rows/${file}`)))).map((module) => module.default);
const place = openWorkplace();
const started = Date.now();
const loadBefore = loadavg()[0];
const results = [];
let failed = false;

for (const row of rows.filter((row) => wanted === undefined || wanted.includes(row.number))) {
  process.stderr.write(`row ${row.number}: ${row.title}\n`);
  try {
    const measured = await row.run(place, { full: options.full === true });
    const trouble = takeFailures();
    const cases = measured.map((one) => {
      const note = [one.note ?? "", trouble].filter((text) => text !== "").join("; ");
      return summarise(row, { ...one, note });
    });
    results.push(...cases);
    // At once: an interrupted run has told what it knows.
    process.stderr.write(`${table(cases)}\n`);
  } catch (error) {
    failed = true;
    process.stderr.write(`row ${row.number} could not be measured: ${error.stack}\n`);
    const note = `could not be measured: ${error.message.split("\n")[0].replaceAll("|", "/")}; ${takeFailures()}`;
    results.push(summarise(row, { name: row.title, unit: "", samples: {}, goals: [], note }));
  }
}
place.close();

const machine = `${cpus()[0].model}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
console.log(`\n${new Date().toISOString().slice(0, 10)}, ${machine}`);
console.log(`load ${loadBefore.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`);
console.log(`medians; ${Math.round((Date.now() - started) / 1000)} s${options.full === true ? ", full" : ""}\n`);
console.log(table(results));
const worse = regressions(results, lastTable());
if (worse.length > 0) console.log(`\nWorse by more than a third than docs/performance.md:\n${worse.join("\n")}`);
process.exit(failed ? 1 : 0);

function lastTable() {
  try {
    return readFileSync(join(root, "docs/performance.md"), "utf8");
  } catch {
    return "";
  }
}
