import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWithIncludes } from "../../src/ini/include.ts";
import { printTypeScript } from "../../src/ini/print-config.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { generateIni } from "./generate-ini.ts";
import { hostFiles, hostWorld, lenientWorld } from "./host.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CORPUS = join(ROOT, "test/fixtures/corpus");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-types-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// One run of the compiler over all of them: starting it is what takes long.
it("printed configs pass the compiler's strict check against the types of sup", () => {
  const corpus = readdirSync(CORPUS).filter((name) => name.endsWith(".conf") && printCorpusFile(name));
  expect(corpus).toHaveLength(39);
  let generated = 0;
  for (let seed = 0; generated < 60; seed += 1) if (printGeneratedFile(seed)) generated += 1;
  expect(compile()).toBe("");
});

it("the check would find an error", () => {
  const text =
    'import { defineConfig } from "sup";\nexport default defineConfig({ programs: { a: { command: 1 } } });\n';
  writeFileSync(join(folder, "wrong.ts"), text);
  expect(compile()).toContain("wrong.ts(2,");
});

function printCorpusFile(name: string): boolean {
  mkdirSync(join(folder, name));
  let file = join(folder, name, name);
  copyFileSync(join(CORPUS, name), file);
  if (!/^\[supervisord\]/m.test(readFileSync(file, "utf8"))) {
    file = join(folder, name, "main.conf");
    writeFileSync(file, `[supervisord]\n[include]\nfiles=${name}\n`);
  }
  return print(file, lenientWorld(file), name);
}

function printGeneratedFile(seed: number): boolean {
  const file = join(folder, `${seed}.conf`);
  writeFileSync(file, generateIni(seed));
  return print(file, hostWorld(file), String(seed));
}

function print(file: string, world: ReturnType<typeof hostWorld>, name: string): boolean {
  const included = readWithIncludes(file, hostFiles, world);
  if (!included.ok) return false;
  const read = readIni(included.tree, world);
  if (read.problems.length === 0) writeFileSync(join(folder, `${name}.ts`), printTypeScript(included.tree, read));
  return read.problems.length === 0;
}

/** What the compiler says about the files of the folder; nothing if all is as it should be. */
function compile(): string {
  const compilerOptions = {
    strict: true,
    noUnusedLocals: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2023"],
    module: "nodenext",
    allowImportingTsExtensions: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    paths: { sup: [join(ROOT, "src/index.ts")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  try {
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", folder], { stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
