import { describe, expect, it } from "vitest";
import { locator } from "../../src/config/locate.ts";

/** `§` marks the expected place in the sources. */
function check(path: (string | number)[], sources: Record<string, string>, at?: "key"): void {
  const plain = Object.fromEntries(Object.entries(sources).map(([file, text]) => [file, text.replace("§", "")]));
  const files = Object.keys(sources);
  const [file = "", marked = ""] = Object.entries(sources).find(([, text]) => text.includes("§")) ?? [];
  const before = marked.slice(0, marked.indexOf("§")).split("\n");
  const expected = { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
  expect(locator({ file: files[0] ?? "", files, read: (name) => plain[name] })(path, at).place).toEqual(expected);
}

const WEB = ["programs", "web", "startsecs"];

describe("locator", () => {
  it.each<[string, (string | number)[], string]>([
    ["a plain object", WEB, "export default {\n  programs: { web: { §startsecs: -1 } },\n};"],
    [
      "defineConfig",
      WEB,
      'import { defineConfig } from "sup";\nexport default defineConfig({\n programs: {\n web: {\n §startsecs: "x" } } });',
    ],
    [
      "quoted keys",
      ["programs", "my-web", "startsecs"],
      'export default { "programs": { \'my-web\': { "a": 1, §"startsecs": 1 } } }',
    ],
    ["a computed key", WEB, 'export default { programs: { ["web"]: { §startsecs: 1 } } }'],
    ["a template key", WEB, "export default { programs: { [`web`]: { §startsecs: 1 } } }"],
    ["an arrow function", WEB, "export default defineConfig(({ mode }) => ({ programs: { web: { §startsecs: 1 } } }))"],
    [
      "an async function with a block",
      WEB,
      "export default async ({ mode }) => {\n if (mode) { x = { a: 1 } }\n return { programs: { web: { §startsecs: 1 } } };\n}",
    ],
    [
      "a function declaration",
      WEB,
      "export default async function config() { return { programs: { web: { §startsecs: 1 } } } }",
    ],
    [
      "a function with a return type",
      WEB,
      "export default ({ mode }: Ctx): Promise<Config> => ({ programs: { web: { §startsecs: 1 } } })",
    ],
    [
      "a generic call",
      WEB,
      "export default defineConfig<A, Record<string, B>>({ programs: { web: { §startsecs: 1 } } })",
    ],
    ["satisfies", WEB, "export default { programs: { web: { §startsecs: 1 } } } satisfies Config;"],
    ["a constant", WEB, "const config: Config = { programs: { web: { §startsecs: 1 } } };\nexport default config;"],
    ["an export list", WEB, "const config = { programs: { web: { §startsecs: 1 } } };\nexport { config as default };"],
    ["a constant further down", WEB, "const web = { §startsecs: 1 };\nexport default { programs: { web } };"],
    [
      "a member of a constant",
      WEB,
      "const all = { a: { §startsecs: 1 } };\nexport default { programs: { web: all.a } };",
    ],
    [
      "a spread",
      WEB,
      "const base = { §startsecs: 1 };\nexport default { programs: { web: { ...base, command: 'x' } } };",
    ],
    [
      "the last of two spreads",
      WEB,
      "const a = { startsecs: 1 };\nconst b = { §startsecs: 2 };\nexport default { programs: { web: { ...a, ...b } } };",
    ],
    [
      "a key that overrides a spread",
      WEB,
      "const a = { startsecs: 1 };\nexport default { programs: { web: { ...a, §startsecs: 2 } } };",
    ],
    ["a choice", WEB, "export default { programs: p ? { db: {} } : { web: { §startsecs: 1 } } };"],
    ["a fallback", WEB, "export default { programs: { web: shared ?? { §startsecs: 1 } } };"],
    [
      "a call of a local function",
      WEB,
      "function make(n) { return { command: n, §startsecs: 1 }; }\nexport default { programs: { web: make('x') } };",
    ],
    ["an awaited value", WEB, "export default await { programs: { web: { §startsecs: 1 } } };"],
    ["module.exports", WEB, "module.exports = { programs: { web: { §startsecs: 1 } } };"],
    [
      "repeated keys, of which the last counts",
      WEB,
      "export default { programs: { web: { startsecs: 1, §startsecs: 2 } } };",
    ],
    [
      "comments and odd text in between",
      WEB,
      "export default { /* programs: { */ // web: {\n a: 'programs: {', b: `x ${ { web: `}` }.web } {`, c: /[{/]{/, d: 4 / 2, programs: { web: { §startsecs: 1 } } };",
    ],
    [
      "a division that is no regular expression",
      WEB,
      "export default { a: (4) / 2, b: x / y / z, programs: { web: { §startsecs: 1 } } };",
    ],
    ["escapes in keys", WEB, 'export default { "progr\\u0061ms": { web: { §startsecs: 1 } } };'],
    ["a hashbang", WEB, "#!/usr/bin/env node\nexport default { programs: { web: { §startsecs: 1 } } };"],
    ["CRLF", WEB, "export default {\r\n  programs: {\r\n    web: {\r\n §startsecs: 1 } } };"],
    ["array elements", ["groups", "a", "programs", 1], "export default { groups: { a: { programs: ['x', §'y'] } } };"],
    [
      "objects in arrays",
      ["unixHttpServer", 1, "file"],
      "export default { unixHttpServer: [{ file: 1 }, { chmod: f(1, 2), §file: 2 }] };",
    ],
    ["the nearest key above a missing one", WEB, "export default { programs: { §web: { command: 'x' } } };"],
    ["the nearest key above what cannot be followed", WEB, "export default { §programs: Object.fromEntries(rows) };"],
    ["the export when nothing is found", WEB, "const a = 1;\n§export default make();"],
    ["the export for the whole config", [], "\n\n  §export default {};"],
    ["the first character of a file without exports", WEB, "§nothing();"],
    ["an empty file", WEB, "§"],
    ["broken code", WEB, "export default { programs: { §web: "],
  ])("finds a key in %s", (_name, path, text) => {
    check(path, { "/p/c.ts": text }, "key");
  });

  it.each<[string, (string | number)[], string]>([
    ["text", WEB, "export default { programs: { web: { startsecs: §'x' } } }"],
    ["a number below zero", WEB, "export default { programs: { web: { startsecs: §-1 } } }"],
    ["a template", WEB, "export default { programs: { web: { startsecs: §`${x}s` } } }"],
    ["a name", WEB, "const n = 1;\nexport default { programs: { web: { startsecs: §n } } }"],
    ["a list", WEB, "export default { programs: { web: { 'startsecs': §[1] } } }"],
    ["a computed key", WEB, "export default { programs: { web: { ['startsecs']: §1 } } }"],
    ["a key alone, which is both", WEB, "const startsecs = 1;\nexport default { programs: { web: { §startsecs } } }"],
    ["an element", ["rpcinterface", 1], "export default { rpcinterface: ['x', §'y'] }"],
    ["a spread", WEB, "const base = { startsecs: §1 };\nexport default { programs: { web: { ...base } } }"],
    ["JSON", WEB, 'export default { "programs": { "web": { "startsecs": §"x" } } }'],
    ["an object, by its key", ["programs", "web"], "export default { programs: { §web: { startsecs: 1 } } }"],
    ["what is missing, by the object that lacks it", WEB, "export default { programs: { §web: { command: 'x' } } }"],
    ["broken code, by its key", ["programs", "web"], "export default { programs: { §web: "],
  ])("finds a value that is %s", (_name, path, text) => {
    check(path, { "/p/c.ts": text });
  });

  it("finds a key in JSON", () => {
    check(WEB, { "/p/supervisor.config.json": '{\n  "programs": {\n    "web": { §"startsecs": -1 }\n  }\n}' }, "key");
  });

  it.each<[string, Record<string, string>]>([
    [
      "a default import",
      {
        "/p/c.ts": 'import web from "./web.ts";\nexport default { programs: { web } };',
        "/p/web.ts": "export default { §startsecs: 1 };",
      },
    ],
    [
      "a named import",
      {
        "/p/c.ts": 'import { web } from "./web";\nexport default { programs: { web } };',
        "/p/web.ts": "export const web = { §startsecs: 1 };",
      },
    ],
    [
      "a renamed import",
      {
        "/p/c.ts": 'import { a as b } from "./web.js";\nexport default { programs: { web: b } };',
        "/p/web.ts": "const a = { §startsecs: 1 };\nexport { a };",
      },
    ],
    [
      "a namespace",
      {
        "/p/c.ts": 'import * as all from "./web";\nexport default { programs: { web: all.web } };',
        "/p/web.ts": "export const web = { §startsecs: 1 };",
      },
    ],
    [
      "a re-export",
      {
        "/p/c.ts": 'import { web } from "./index";\nexport default { programs: { web } };',
        "/p/index.ts": 'export { default as web } from "./web";',
        "/p/web.ts": "export default { §startsecs: 1 };",
      },
    ],
    [
      "a folder's index",
      {
        "/p/c.ts": 'import { web } from "./lib";\nexport default { programs: { web } };',
        "/p/lib/index.ts": "export const web = { §startsecs: 1 };",
      },
    ],
    [
      "an imported JSON file",
      {
        "/p/c.ts": 'import web from "./web.json";\nexport default { programs: { web } };',
        "/p/web.json": '{ §"startsecs": 1 }',
      },
    ],
    [
      "a require",
      {
        "/p/c.cjs": 'const web = require("./web");\nmodule.exports = { programs: { web } };',
        "/p/web.js": "module.exports = { §startsecs: 1 };",
      },
    ],
    [
      "a tsconfig alias",
      {
        "/p/c.ts": 'import { web } from "@app/web";\nexport default { programs: { web } };',
        "/p/src/web.ts": "export const web = { §startsecs: 1 };",
      },
    ],
    [
      "an imported function",
      {
        "/p/c.ts": 'import { make } from "./make";\nexport default { programs: { web: { ...make() } } };',
        "/p/make.ts": "export function make(): Program { return { §startsecs: 1 }; }",
      },
    ],
  ])("follows %s", (_name, sources) => check(WEB, sources, "key"));

  it("ends when imports and constants go in circles", () => {
    check(WEB, {
      "/p/c.ts": 'import { a } from "./b";\nexport const c = { ...a, ...c };\nexport default { §programs: c };',
      "/p/b.ts": 'import { c } from "./c";\nexport const a = { ...c, ...a };',
    });
  });

  it("ends soon when choices branch without end", () => {
    const lines = Array.from({ length: 40 }, (_, i) => `const a${i} = x ? a${i + 1} : a${i + 1};`);
    check(WEB, { "/p/c.ts": `${lines.join("\n")}\nexport default { §programs: a0 };` });
  }, 5000);

  it("ends soon when constants branch without end", () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `const a${i} = { ...a${i + 1}, ...a${i + 1}, ...(x ? a${i + 1} : a${i + 1}) };`,
    );
    check(WEB, { "/p/c.ts": `${lines.join("\n")}\nexport default { §programs: a0 };` });
  }, 5000);
});
