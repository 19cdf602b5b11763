import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absentFiles } from "../../src/config/evaluate/absent-files.ts";
import { bundleConfig } from "../../src/config/evaluate/bundle-config.ts";

let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-absent-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ENDINGS = [".tsx", ".ts", ".mts", ".cts", ".jsx", ".js", ".mjs", ".cjs", ".json", ".css"];

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** What the compiler makes of a file of that name. */
function source(name: string): string {
  return name.endsWith(".json") ? `{ "name": ${JSON.stringify(name)} }` : `/*! ${name} */`;
}

/** The compiled code, or what is wrong; and what was looked for in vain, by its name in the folder. */
async function compile(): Promise<{ readonly made: string; readonly absent: readonly string[] }> {
  const bundle = await bundleConfig(join(folder, "c.ts"), "/none");
  const absent = bundle.sources.absent.filter((path) => path.startsWith(`${folder}/`));
  return {
    made: bundle.ok ? bundle.code : bundle.problems.map(({ message }) => message).join(),
    absent: absent.map((path) => path.slice(folder.length + 1)).sort(),
  };
}

describe("what would change the meaning of an import if it were there", () => {
  const tsconfig = { "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }' };
  const extended = {
    "one.json": '{ "compilerOptions": { "paths": { "other": ["./o.ts"], "@/*": ["no/*", "./lib/*"] } } }',
    "two.json": '{ "compilerOptions": { "strict": true } }',
  };
  it.each([
    ["./lib/n", { "lib/n/index.ts": "" }],
    ["./lib/n", { "lib/n.json": "{}" }],
    ["./lib/n", { "lib/n.ts": "" }],
    ["./lib/n.js", { "lib/n.ts": "" }],
    ["./lib/n.mjs", { "lib/n.mts": "" }],
    ["./lib/n.ts", { "lib/n.ts": "" }],
    ["./lib/n", { "lib/other.ts": "" }],
    ["./lib/n.js", {}],
    ["./lib/n/", { "lib/n/index.js": "" }],
    ["@/n", { ...tsconfig, "lib/n/index.ts": "" }],
    ["@/n", tsconfig],
    ["@/n", { "jsconfig.json": tsconfig["tsconfig.json"] }],
    ["lib/n", { "tsconfig.json": '{ "compilerOptions": { "baseUrl": "." } }' }],
    ["@/n", { "tsconfig.json": '{ // from\n "extends": ["./one", "./two.json"], }', ...extended }],
  ] as const)("%s beside %j is exactly what is named", async (specifier, files) => {
    write("c.ts", `import x from ${JSON.stringify(specifier)};\nexport default x;\n`);
    for (const [name, text] of Object.entries(files)) write(name, text === "" ? source(name) : text);
    const { made, absent } = await compile();
    const stems = ["lib/n", "lib/n/index", "lib/n.js", "lib/n.js/index", "lib/n.mjs", "lib/n.ts"];
    const possible = stems.flatMap((stem) => [stem, ...ENDINGS.map((ending) => stem + ending)]);
    const counting: string[] = [];
    for (const name of new Set(possible)) {
      if (existsSync(join(folder, name))) continue;
      const added = ["lib", dirname(name), name].find((path) => !existsSync(join(folder, path))) ?? name;
      write(name, source(name));
      if ((await compile()).made !== made) counting.push(name);
      rmSync(join(folder, added), { recursive: true });
    }
    // What an alias was looked for as, and what a package.json would say, only the compiler knows.
    const named = absent.filter((name) => !name.endsWith("package.json"));
    expect(counting.filter((name) => !named.includes(name))).toEqual([]);
    if (specifier.startsWith(".")) expect(named.filter((name) => !counting.includes(name))).toEqual([]);
  });

  it("is the package of that name where npm would install it", async () => {
    write("package.json", "{}");
    write("c.ts", 'import x from "@scope/pack/deep";\nexport default x;\n');
    expect((await compile()).absent).toEqual(["node_modules/@scope/pack", "tsconfig.json"]);
  });

  it("is also a tsconfig.json that could make an alias of it, up to the folder of the project", async () => {
    write("package.json", "{}");
    write("c.ts", 'import x from "./a/b/d";\nexport default x;\n');
    write("a/b/d.ts", 'import x from "@/n";\nexport default x;\n');
    const { absent } = await compile();
    const configs = absent.filter((name) => name.endsWith("tsconfig.json"));
    expect(configs).toEqual(["a/b/tsconfig.json", "a/tsconfig.json", "tsconfig.json"]);
    write("n.ts", source("n.ts"));
    write("a/tsconfig.json", '{ "compilerOptions": { "paths": { "@/*": ["../*"] } } }');
    expect((await compile()).made).toContain("n.ts");
  });
});

it("looks past what cannot be looked at: a link to itself is watched, a name that is too long cannot be", () => {
  symlinkSync("loop", join(folder, "loop"));
  expect(absentFiles("./loop", folder, null)).toContain(join(folder, "loop"));
  expect(absentFiles(`./${"n".repeat(300)}`, folder, null)).toEqual([]);
});
