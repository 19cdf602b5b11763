import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../support/project.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

const configs = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts[^\n]*\n([\s\S]*?)^```$/gm)]
    .map((match) => match[1] ?? "")
    .filter((code) => code.includes("defineConfig("))
    .map((code, index) => ({ page, index: index + 1, code })),
);

describe("the configs in the documentation", () => {
  test("are there", () => expect(configs.length).toBeGreaterThan(4));

  for (const { page, index, code } of configs) {
    test(`are without mistakes: ${page}, config ${index}`, async () => {
      const whole = /^import .*"sup"/m.test(code) ? code : `import { defineConfig } from "sup";\n${code}`;
      project.write("supervisor.config.ts", whole);
      const check = await project.sup("check");
      expect(check, check.stderr).toMatchObject({ exitCode: 0 });
    });
  }
});
