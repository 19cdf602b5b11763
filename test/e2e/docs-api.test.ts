import { readFileSync, symlinkSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { transform } from "esbuild";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/http.ts";
import { Project } from "../support/project.ts";

const root = resolve(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/api.md"), "utf8");
const blocks = [...text.matchAll(/^```(\w+)( config)?\n([\s\S]*?)^```$/gm)].map(([, language, config, code]) => ({
  language: config === undefined ? language : "config",
  code: code ?? "",
}));
const of = (language: string) => blocks.filter((block) => block.language === language).map((block) => block.code);

let project: Project;
let port: number;
const here = (code: string): string => code.replaceAll(":9001", `:${port}`);

beforeAll(async () => {
  project = new Project();
  port = await freePort();
  mkdirSync(join(project.folder, "node_modules"));
  symlinkSync(root, join(project.folder, "node_modules/sup"));
  project.write("package.json", '{ "type": "module" }');
  project.write("supervisor.config.ts", here(of("config")[0] ?? ""));
  const up = await project.sup("up", "-d", "--wait");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
});

afterAll(() => project.close());

const run = (command: string, args: readonly string[]) =>
  execa(command, args, {
    cwd: project.folder,
    env: project.env,
    extendEnv: false,
    reject: false,
    all: true,
    timeout: 120_000,
  });

/** What the examples print, by a line in them. */
const SAYS: Readonly<Record<string, RegExp>> = {
  "await sup.status()": /^web RUNNING $/m,
  'await sup.stop("nobody")': /^409 there is no program, process or group nobody$/m,
  "sup.events(": /worker:worker_0: RUNNING -> STOPPING[\s\S]*web says listening/,
  "await sup.ready(": /^$/,
  "supervisor.update(": /remove store/,
  "error instanceof ConfigError": /unknown option `comand` in programs.web/,
};

describe("the examples of docs/api.md", () => {
  test("are of known kinds, and each program is expected to say something", () => {
    expect(new Set(blocks.map((block) => block.language))).toEqual(new Set(["config", "ts", "sh"]));
    for (const code of of("ts")) expect(saidBy(code)).toHaveLength(1);
  });

  for (const [index, code] of of("ts").entries()) {
    test(`program ${index + 1} runs: ${code.split("\n").findLast((line) => line.includes("await")) ?? ""}`, async () => {
      const { code: script } = await transform(here(code), { loader: "ts", target: "node20.11", format: "esm" });
      project.write(`example-${index}.mjs`, script);
      const result = await run(process.execPath, [`example-${index}.mjs`]);
      expect(result.exitCode, result.all).toBe(0);
      expect(result.stderr).toBe("");
      for (const pattern of saidBy(code)) expect(result.stdout).toMatch(pattern);
    });
  }

  test("are right for the compiler", async () => {
    const files = of("ts").map((code, index) => {
      project.write(`types-${index}.ts`, code);
      return `types-${index}.ts`;
    });
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "esnext",
      typeRoots: [join(root, "node_modules/@types")],
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, types: ["node"] }, files }));
    const tsc = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project.folder]);
    expect(tsc.stdout).toBe("");
  });

  for (const code of of("sh")) {
    for (const line of code.trim().split("\n")) {
      test(`command runs: ${line}`, async () => {
        const result = await run("sh", ["-c", here(line)]);
        expect(result.exitCode, result.all).toBe(0);
        const items = result.stdout
          .split("\n")
          .map((one) => one.replace(/^data: /, ""))
          .filter((one) => one.startsWith("{") || one.startsWith("["));
        expect(items.map((one) => typeof JSON.parse(one)).includes("object"), result.stdout).toBe(true);
      });
    }
  }
});

function saidBy(code: string): readonly RegExp[] {
  return Object.entries(SAYS)
    .filter(([part]) => code.includes(part))
    .map(([, pattern]) => pattern);
}
