// `node test/again.mjs REPORT`: runs the end-to-end test files that failed according to this report (vitest's JSON) once more, each as
// a whole, with what it sets up before its tests. For .ci/run; what passes only this way is named at the end, and is a defect to be
// mended. More than three files are no accident, and nor is a unit test: then this fails.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [report = ""] = process.argv.slice(2);
const results = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
const failed = results.filter(({ status }) => status !== "passed").map(({ name }) => relative(root, name));
if (failed.length === 0 || failed.length > 3 || failed.some((file) => !file.startsWith("test/e2e/"))) {
  console.error("\nnot tried again: see above");
  process.exit(1);
}
console.log(`\n== once more: ${failed.join(" ")}\n`);
const { status } = spawnSync("npx", ["vitest", "run", "--project", "e2e", ...failed], { cwd: root, stdio: "inherit" });
if (status === 0) console.log(`\n== passed at the second try only, a defect to be mended: ${failed.join(" ")}\n`);
process.exit(status ?? 1);
