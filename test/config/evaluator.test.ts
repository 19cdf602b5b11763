import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { EvaluationRequest } from "../../src/config/evaluate/evaluation.ts";
import { runEvaluator, type Evaluation, type EvaluatorOptions } from "../../src/config/evaluate/run-evaluator.ts";
import { sendSignal } from "../support/send-signal.ts";

// Beside node_modules, so that the built evaluator finds esbuild as an installed one does.
const built = join(import.meta.dirname, `../../node_modules/.cache/sup-evaluator-${process.pid}`);
const isRoot = process.getuid?.() === 0;
let folder = "";

beforeAll(async () => {
  const shared: BuildOptions = {
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["esbuild"],
    logLevel: "silent",
  };
  await build({
    ...shared,
    entryPoints: ["src/cli/evaluator.ts"],
    format: "cjs",
    outfile: join(built, "evaluator.cjs"),
  });
  await build({
    ...shared,
    entryPoints: ["src/model/define-config.ts"],
    format: "esm",
    outfile: join(built, "index.mjs"),
  });
  await build({
    ...shared,
    entryPoints: ["src/model/define-config.ts"],
    format: "cjs",
    outfile: join(built, "index.cjs"),
  });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-eval-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? "");
}

interface More {
  readonly options?: Partial<EvaluatorOptions>;
  readonly request?: Partial<EvaluationRequest>;
}

function evaluate(files: Readonly<Record<string, string>> | string, more: More = {}): Promise<Evaluation> {
  const file = write(typeof files === "string" ? { "supervisor.config.ts": files } : files);
  const context = {
    mode: "production",
    command: "check",
    host: "box",
    env: { ...process.env, GREETING: "hi" },
  } as const;
  const request: EvaluationRequest = { file, context, strict: null, ...more.request };
  return runEvaluator(request, {
    evaluator: join(built, "evaluator.cjs"),
    user: null,
    timeoutMs: 60_000,
    ...more.options,
  });
}

async function configOf(files: Readonly<Record<string, string>> | string): Promise<unknown> {
  const { config, problems } = await evaluate(files);
  expect(problems).toEqual([]);
  return config;
}

describe("a good config", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    [
      "a typed object",
      {
        "c.ts":
          'import { defineConfig } from "sup";\nconst n: number = 1;\nexport default defineConfig({ n } as never);',
      },
    ],
    ["an import of sup for its side effects", { "c.ts": 'import "sup";\nexport default { n: 1 };' }],
    ["a function", { "c.ts": "export default () => ({ n: 1 });" }],
    ["an async function", { "c.mts": "export default async () => ({ n: await Promise.resolve(1) });" }],
    ["a promise", { "c.mjs": "export default Promise.resolve({ n: 1 });" }],
    [
      "a top-level await",
      { "c.ts": "const n = await new Promise((done) => setTimeout(() => done(1), 5));\nexport default { n };" },
    ],
    [
      "module.exports",
      { "c.cjs": 'const { defineConfig } = require("sup");\nmodule.exports = defineConfig({ n: 1 });' },
    ],
    [
      "compiled CommonJS",
      { "c.cjs": "Object.defineProperty(exports, '__esModule', { value: true });\nexports.default = { n: 1 };" },
    ],
    ["a cts file", { "c.cts": "const n: number = 1;\nexport = { n };" }],
    [
      "an imported file",
      { "c.ts": 'import { n } from "./lib/n";\nexport default { n };', "lib/n.ts": "export const n: number = 1;" },
    ],
    [
      "a dynamic import",
      { "c.ts": 'const { n } = await import("./n.ts");\nexport default { n };', "n.ts": "export const n = 1;" },
    ],
    ["an imported JSON file", { "c.ts": 'import data from "./n.json";\nexport default data;', "n.json": '{ "n": 1 }' }],
    [
      "cyclic imports",
      {
        "c.ts": 'import { b } from "./b";\nexport const a = 1;\nexport default { n: b() };',
        "b.ts": 'import { a } from "./c";\nexport const b = () => a;',
      },
    ],
    [
      "tsconfig paths by way of extends",
      {
        "c.ts": 'import { n } from "@lib/n";\nexport default { n };',
        "tsconfig.json": '{ // comments\n "extends": "./base.json", }',
        "base.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"] } } }',
        "src/lib/n.ts": "export const n = 1;",
      },
    ],
    [
      "package imports",
      {
        "c.ts": 'import { n } from "#n";\nexport default { n };',
        "package.json": '{ "name": "x", "type": "module", "imports": { "#n": "./n.ts" } }',
        "n.ts": "export const n = 1;",
      },
    ],
    [
      "an ES package",
      {
        "c.ts": 'import { n } from "pack";\nexport default { n };',
        "node_modules/pack/package.json": '{ "name": "pack", "type": "module", "exports": { "import": "./i.js" } }',
        "node_modules/pack/i.js":
          'import { readFileSync } from "node:fs";\nexport const n = JSON.parse(readFileSync(new URL("./n.json", import.meta.url), "utf8"));',
        "node_modules/pack/n.json": "1",
      },
    ],
    [
      "a CommonJS package",
      {
        "c.ts": 'import pack from "pack";\nexport default { n: pack.n };',
        "node_modules/pack/package.json": '{ "name": "pack", "main": "i.js" }',
        "node_modules/pack/i.js": "exports.n = 1;",
      },
    ],
    [
      "the code of a package that Node would run, not that for bundlers",
      {
        "c.ts": 'import { n } from "pack";\nexport default { n };',
        "node_modules/pack/package.json":
          '{ "name": "pack", "exports": { "module": "./bundlers.js", "default": "./i.js" } }',
        "node_modules/pack/i.js": "exports.n = 1;",
        "node_modules/pack/bundlers.js": 'export { n } from "./without-ending";',
      },
    ],
    [
      "a folder that is called tsconfig.json, and one that a tsconfig.json seems to extend",
      {
        "a/c.ts": "export default { n: 1 };",
        "a/tsconfig.json/x": "",
        "tsconfig.json": '{ "extends": "./base" }',
        "base/x": "",
        "base.json": "{}",
      },
    ],
    ["an enum and a class", { "c.ts": "enum E { A = 1 }\nclass C { n = E.A; }\nexport default { n: new C().n };" }],
    ["a hashbang and a byte order mark", { "c.ts": "\uFEFF#!/usr/bin/env node\nexport default { n: 1 };" }],
    ["an undefined property", { "c.ts": "export default { n: 1, user: undefined };" }],
    ["timers that go on", { "c.ts": "setInterval(() => {}, 1000);\nexport default { n: 1 };" }],
  ])("is understood as %s", async (_name, files) => {
    expect(await configOf(files)).toEqual({ n: 1 });
  });

  it("gets mode, command, host and env", async () => {
    const config = await configOf(
      "export default ({ mode, command, host, env }) => ({ mode, command, host, hi: env.GREETING, too: process.env.GREETING });",
    );
    expect(config).toEqual({ mode: "production", command: "check", host: "box", hi: "hi", too: "hi" });
  });

  it("sees the whole environment, also what would reach into whoever evaluates it, or what a shell would drop", async () => {
    const env = { ...process.env, NODE_OPTIONS: "--no-deprecation", ENV: "/none", "sup.test": "1" };
    const names = '["NODE_OPTIONS", "ENV", "sup.test"]';
    const { config } = await evaluate(`export default { seen: ${names}.map((name) => process.env[name]) };`, {
      request: { context: { mode: "production", command: "check", host: "box", env } },
    });
    expect(config).toEqual({ seen: ["--no-deprecation", "/none", "1"] });
  });

  it("knows where each of its files lies, and reads relative to them", async () => {
    const config = await configOf({
      "c.ts":
        'import lib from "./lib/l";\nimport { readFileSync } from "node:fs";\nexport default { a: [import.meta.dirname, import.meta.filename, import.meta.url, __dirname, __filename], lib, cwd: process.cwd(), text: readFileSync("./lib/t.txt", "utf8"), r: require("./lib/d.json"), d: require("./lib/" + "d.json").d };',
      "lib/l.ts":
        'import { fileURLToPath } from "node:url";\nimport path from "node:path";\nconst __dirname = path.dirname(fileURLToPath(import.meta.url));\nexport default [__dirname, import.meta.resolve("./x.js")];',
      "lib/t.txt": "text",
      "lib/d.json": '{ "d": 2 }',
    });
    expect(config).toEqual({
      a: [folder, join(folder, "c.ts"), `file://${folder}/c.ts`, folder, join(folder, "c.ts")],
      lib: [join(folder, "lib"), `file://${folder}/lib/x.js`],
      cwd: folder,
      text: "text",
      r: { d: 2 },
      d: 2,
    });
  });

  it("outlives the collection of garbage between linking and running", () => {
    const file = write({
      "c.ts":
        'import lib from "./lib/l";\nimport { readFileSync } from "node:fs";\nexport default { a: import.meta.dirname === __dirname, lib, text: readFileSync("./lib/t.txt", "utf8"), r: require("./lib/d.json"), e: require("./lib/" + "d.json").d };',
      "lib/l.ts":
        'import { fileURLToPath } from "node:url"; import path from "node:path"; const __dirname = path.dirname(fileURLToPath(import.meta.url)); export default import.meta.resolve("./x.js");',
      "lib/t.txt": "text",
      "lib/d.json": '{ "d": 2 }',
    });
    const request = { file, context: { mode: "production", command: "check", host: "box", env: {} }, strict: null };
    for (let round = 1; round <= 10; round++) {
      const flags = [`--gc-interval=${round * 50}`, "--experimental-vm-modules", "--no-warnings"];
      const ran = spawnSync(process.execPath, [...flags, join(built, "evaluator.cjs")], {
        cwd: folder,
        input: JSON.stringify(request),
        stdio: ["pipe", "ignore", "ignore", "pipe"],
        encoding: "utf8",
      });
      expect([ran.signal, ran.status]).toEqual([null, 0]);
      const config = { a: true, lib: `file://${folder}/lib/x.js`, text: "text", r: { d: 2 }, e: 2 };
      const [, answer = ""] = String(ran.output[3]).split("\n");
      expect(JSON.parse(answer)).toMatchObject({ config, problems: [] });
    }
  });

  it("leaves nothing beside itself, and works in a folder that cannot be written to", async () => {
    write({ "c.ts": 'import "./l";\nexport default { n: 1 };', "l.ts": "export {};" });
    chmodSync(folder, 0o555);
    const result = await evaluate({ "c.ts": 'import "./l";\nexport default { n: 1 };' });
    expect(result.config).toEqual({ n: 1 });
    expect(readdirSync(folder).sort()).toEqual(["c.ts", "l.ts"]);
    chmodSync(folder, 0o755);
  });

  it("names all files that it was made of", async () => {
    const { files } = await evaluate({
      "c.ts": 'import "./a";\nimport d from "./d.json";\nexport default d;',
      "a.ts": 'import "./b";',
      "b.ts": "",
      "d.json": "{}",
      "tsconfig.json": '{ "extends": "./base" }',
      "base.json": "{}",
    });
    expect([...files].sort()).toEqual(
      ["a.ts", "b.ts", "base.json", "c.ts", "d.json", "tsconfig.json"].map((name) => join(folder, name)),
    );
  });

  it("may do without files of its own that are not there, as Node has it, and is told of them", async () => {
    const { config, absent } = await evaluate({
      "c.ts": `const asked = await import("./local.ts").catch((error) => error.code);
        let json; try { json = require("./local.json"); } catch (error) { json = error.code; }
        const later = async () => import("nope"); export default { asked, json };`,
    });
    expect(config).toEqual({ asked: "ERR_MODULE_NOT_FOUND", json: "MODULE_NOT_FOUND" });
    expect(absent).toEqual(expect.arrayContaining([join(folder, "local.ts"), join(folder, "local.json")]));
  });

  it.each([
    ["./n", "check the path; it is relative to the file that imports it"],
    ["@/n", "check the path, and `paths` in tsconfig.json"],
    ["~/n", "check the path, and `paths` in tsconfig.json"],
    ["#n", "check the path, and `imports` in package.json"],
    ["@scope/n/deep", "install it (npm install @scope/n) where c.ts can find it, or correct the name"],
  ])("says what to do about an import of %s that leads nowhere", async (specifier, hint) => {
    const { problems } = await evaluate({ "c.ts": `import ${JSON.stringify(specifier)};\nexport default {};` });
    expect(problems).toMatchObject([{ message: `could not resolve "${specifier}"`, hint }]);
  });

  it("names the jsconfig.json that is used where there is no tsconfig.json", async () => {
    const { files } = await evaluate({
      "c.ts": 'import "@/a";\nexport default { n: 1 };',
      "a.ts": "",
      "jsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
    });
    expect([...files].sort()).toEqual(["a.ts", "c.ts", "jsconfig.json"].map((name) => join(folder, name)));
  });

  it("names the package.json that says what an import of `#name` means, also if it says nothing", async () => {
    const config = { "c.ts": 'import "#a";\nexport default { n: 1 };', "a.ts": "" };
    const good = await evaluate({ ...config, "package.json": '{ "imports": { "#a": "./a.ts" } }' });
    expect([...good.files].sort()).toEqual(["a.ts", "c.ts", "package.json"].map((name) => join(folder, name)));
    const bad = await evaluate({ ...config, "package.json": "{}" });
    expect(bad.problems).not.toEqual([]);
    expect(bad.files).toContain(join(folder, "package.json"));
  });

  it("names the link that it is itself, besides what it leads to", async () => {
    write({ "real.ts": "export default {};" });
    symlinkSync("real.ts", join(folder, "c.ts"));
    const { files } = await evaluate({}, { request: { file: join(folder, "c.ts") } });
    expect([...files].sort()).toEqual(["c.ts", "real.ts"].map((name) => join(folder, name)));
  });

  it("names the link that an import leads through, besides what it leads to", async () => {
    write({ "c.ts": 'import "./a";\nexport default {};', "real/b.ts": "" });
    symlinkSync("real/b.ts", join(folder, "a.ts"));
    const { files } = await evaluate({ "c.ts": 'import "./a";\nexport default {};' });
    expect([...files].sort()).toEqual(["a.ts", "c.ts", "real/b.ts"].map((name) => join(folder, name)));
  });

  it("may print as much as it likes", async () => {
    const before = process.memoryUsage().rss;
    const result = await evaluate(
      'const line = "x".repeat(1e6);\nfor (let i = 0; i < 100; i++) process.stdout.write(line);\nexport default { n: 1 };',
    );
    expect(result.config).toEqual({ n: 1 });
    expect(result.output.length).toBeLessThanOrEqual(64 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
  });
});

describe("a bad config", () => {
  const file = "supervisor.config.ts";

  it.each<[string, Readonly<Record<string, string>>, RegExp, string | null]>([
    [
      "throws",
      { [file]: 'const a = 1;\nfunction f(): never {\n  throw new Error("boo");\n}\nf();\nexport default {};' },
      /the config threw: boo/,
      `${file}:3:9`,
    ],
    [
      "throws on its first line",
      { [file]: 'throw new TypeError("boo");\nexport default {};' },
      /TypeError: boo/,
      `${file}:1:7`,
    ],
    [
      "throws in a file it imports",
      { [file]: 'import "./lib";\nexport default {};', "lib.ts": "interface X { a: 1 }\n\nnull.x;" },
      /TypeError: Cannot read/,
      "lib.ts:3:6",
    ],
    [
      "throws in a function",
      { [file]: "export default () => {\n  return nothing;\n};" },
      /ReferenceError: nothing is not defined/,
      `${file}:2:3`,
    ],
    ["throws no Error", { [file]: 'throw "text";' }, /the config threw: "text"/, null],
    ["throws null", { [file]: "throw null;" }, /the config threw: null/, null],
    ["rejects", { [file]: 'export default Promise.reject(new Error("no"));' }, /no/, `${file}:1:31`],
    [
      "leaves a rejection behind",
      {
        [file]:
          'void Promise.reject(new Error("late"));\nawait new Promise((done) => setTimeout(done, 2000));\nexport default {};',
      },
      /unhandled: late/,
      `${file}:1:21`,
    ],
    [
      "throws later",
      {
        [file]:
          'setTimeout(() => {\n  throw new Error("later");\n}, 1);\nawait new Promise((done) => setTimeout(done, 2000));',
      },
      /threw later: later/,
      `${file}:2:9`,
    ],
    ["has a syntax error", { [file]: "export default {\n  a: ,\n};" }, /unexpected ","/, `${file}:2:6`],
    [
      "has a syntax error on its first line, behind wide characters",
      { [file]: 'const a = "日本"; export default { a: , };' },
      /unexpected ","/,
      `${file}:1:37`,
    ],
    [
      "has a syntax error in JSON",
      { [file]: 'import d from "./d.json";\nexport default d;', "d.json": "{\n  a: 1\n}" },
      /JSON/,
      "d.json:2:3",
    ],
    [
      "imports a missing file",
      { [file]: '\nimport x from "./nope";\nexport default x;' },
      /could not resolve ".\/nope"/,
      `${file}:2:15`,
    ],
    [
      "imports a missing package",
      { [file]: 'import x from "nope";\nexport default x;' },
      /could not resolve "nope"/,
      `${file}:1:15`,
    ],
    [
      "imports a missing file as it runs",
      { [file]: 'const a = 1;\nconst x = await import("./nope");\nexport default x;' },
      /could not resolve "\.\/nope"/,
      `${file}:2:17`,
    ],
    [
      "requires a missing package",
      { [file]: 'const a = 1;\nconst x = require("nope");\nexport default x;' },
      /could not resolve "nope"/,
      `${file}:2:11`,
    ],
    [
      "imports a missing name",
      { [file]: 'import { x } from "./l";\nexport default { x };', "l.ts": "export const y = 1;" },
      /x/,
      `${file}:1:10`,
    ],
    [
      "exits",
      { [file]: "const a = 1;\nprocess.exit(0);\nexport default {};" },
      /ended its process: process.exit\(0\)/,
      `${file}:2:9`,
    ],
    [
      "kills itself",
      { [file]: 'process.kill(process.pid, "SIGKILL");\nwhile (true);' },
      /ended its process by signal SIGKILL/,
      null,
    ],
    ["aborts", { [file]: "process.abort();" }, /ended its process by signal SIGABRT/, null],
    ["waits for nothing", { [file]: "await new Promise(() => {});\nexport default {};" }, /never comes/, null],
    ["waits for nothing in a function", { [file]: "export default () => new Promise(() => {});" }, /never comes/, null],
    ["exports nothing", { [file]: "export const config = {};" }, /exports nothing/, `${file}:1:1`],
    ["is empty", { [file]: "" }, /exports nothing/, `${file}:1:1`],
    ["returns nothing", { [file]: "export default () => {};" }, /exports nothing/, `${file}:1:1`],
    [
      "fills the heap",
      { [file]: "const a: unknown[] = [];\nwhile (true) a.push({ a: Array.from({ length: 100 }, Math.random) });" },
      /more than 256 MB/,
      null,
    ],
    [
      "fills a buffer of 2 GB",
      { [file]: "const a = Buffer.alloc(2 ** 31, 1);\nexport default { n: a.length };" },
      /allocat/i,
      `${file}:1:18`,
    ],
    [
      "writes to the answer's descriptor",
      { [file]: 'require("node:fs").writeSync(3, "{}\\n");\nawait new Promise((done) => setTimeout(done, 3000));' },
      /file descriptor 3/,
      null,
    ],
  ])("that %s is a problem", async (_name, files, message, place) => {
    const { problems, config } = await evaluate(files);
    expect(config).toBeUndefined();
    expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
    expect(problems[0]?.hint).toMatch(/\S/);
    const at = problems[0]?.place;
    const found = at === undefined ? null : `${at.file.replace(`${folder}/`, "")}:${at.line}:${at.column}`;
    expect(found).toBe(place);
  });

  it("names every value that JSON cannot carry, by its path", async () => {
    const { problems } = await evaluate(
      "const loop: Record<string, unknown> = {}; loop.self = loop;\nclass K {}\nexport default { f() {}, s: Symbol(), b: 1n, d: new Date(), a: [1, undefined], n: NaN, i: -Infinity, m: new Map(), k: { k: new K() }, p: Promise.resolve(), loop, [Symbol.iterator]: 1 };",
    );
    expect(problems.map(({ path }) => path?.join("."))).toEqual([
      "f",
      "s",
      "b",
      "d",
      "a.1",
      "n",
      "i",
      "m",
      "k.k",
      "p",
      "loop.self",
      "",
    ]);
  });

  it("that never ends is killed at the limit", async () => {
    const started = performance.now();
    const { problems, files } = await evaluate(
      { "c.ts": 'import "./l";', "l.ts": "while (true);" },
      { options: { timeoutMs: 1500 } },
    );
    expect(problems[0]?.message).toBe("the config did not finish within 1.5 seconds and was killed");
    expect(performance.now() - started).toBeLessThan(4000);
    expect(files).toEqual(["c.ts", "l.ts"].map((name) => join(folder, name)));
  });

  it("takes its children with it, and does not wait for them", async () => {
    const { config } = await evaluate(
      'import { spawn } from "node:child_process";\nconst a = spawn("sleep", ["1000"], { stdio: "inherit" });\nexport default { pid: a.pid };',
    );
    const { pid } = config as { pid: number };
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 30_000 });
  });

  it("leaves neither itself nor the compiler behind when it loops", async () => {
    await evaluate('require("node:fs").writeFileSync("pid", String(process.pid));\nwhile (true);', {
      options: { timeoutMs: 1500 },
    });
    const group = readFileSync(join(folder, "pid"), "utf8");
    await vi.waitFor(() => expect(spawnSync("pgrep", ["-g", group, "-r", "R,S,D,T"]).status).toBe(1), {
      timeout: 30_000,
    });
  });

  it("does not disturb by a child that escaped with its output", async () => {
    const { config } = await evaluate(
      'import { spawn } from "node:child_process";\nconst a = spawn("sleep", ["1000"], { stdio: "inherit", detached: true });\nexport default { pid: a.pid };',
    );
    sendSignal((config as { pid: number }).pid, "SIGKILL");
  });

  it("is told with what it printed", async () => {
    const { output } = await evaluate('console.log("to stdout");\nconsole.error("to stderr");\nthrow new Error("x");');
    expect(output).toContain("to stdout");
    expect(output).toContain("to stderr");
  });

  it("names the missing file among the files to watch", async () => {
    const { files, absent } = await evaluate({ "c.ts": 'import x from "./nope";\nexport default x;' });
    expect(files).toEqual([join(folder, "c.ts")]);
    expect(absent).toContain(join(folder, "nope.ts"));
  });

  it("that uses a file others can write to is not run", async () => {
    write({ "c.ts": 'import "./l";', "l.ts": "" });
    chmodSync(join(folder, "l.ts"), 0o666);
    const strict = { uid: 0, trusted: [process.getuid?.() ?? 0] };
    const files = {
      "c.ts": 'import { n } from "./l";\nrequire("node:fs").writeFileSync("ran", "");\nexport default { n };',
    };
    const refused = await evaluate({ ...files, "l.ts": "export const n = 1;" }, { request: { strict } });
    expect(refused.problems.map(({ message }) => message)).toEqual([
      `${join(folder, "l.ts")} is writable by its group and everybody (mode 0666)`,
    ]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it.runIf(isRoot)("runs as another user when told to, without our groups", async () => {
    const user = { uid: 65534, gid: 65534 };
    chownSync(folder, user.uid, user.gid);
    const { config, problems } = await evaluate(
      "export default { uid: process.getuid(), gid: process.getgid(), groups: process.getgroups() };",
      { options: { user } },
    );
    expect(problems).toEqual([]);
    expect(config).toEqual({ uid: 65534, gid: 65534, groups: [65534] });
  });

  it("cannot be started without its program, and says so", async () => {
    const { problems } = await evaluate("export default {};", { options: { evaluator: join(folder, "nope.cjs") } });
    expect(problems[0]?.message).toMatch(/ended its process with status 1/);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(
      execFileSync("cat", [`/proc/${pid}/status`], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return false;
  }
}

it("keeps what was printed before the answer, whichever of the two is read first", async () => {
  const config = 'console.log("cannot reach the vault");\nthrow new Error("no secret");';
  const all = await Promise.all(Array.from({ length: 16 }, () => evaluate(config)));
  expect(new Set(all.map(({ output }) => output))).toEqual(new Set(["cannot reach the vault\n"]));
});
