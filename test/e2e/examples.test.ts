import { cpSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../support/project.ts";

const root = resolve(import.meta.dirname, "../..");
const examples = readdirSync(join(root, "examples"), { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && !existsSync(join(root, "examples", entry.name, "main.mjs")),
);
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

describe("the examples", () => {
  for (const { name } of examples) {
    test(`${name} comes up, is ready and goes down`, async () => {
      cpSync(join(root, "examples", name), project.folder, { recursive: true });
      const up = await project.sup("up", "--wait");
      expect(up, up.stderr).toMatchObject({ exitCode: 0 });
      const { processes } = await project.status();
      expect(processes.length).toBeGreaterThan(0);
      expect(processes.filter((one) => !one.ready && one.state !== "EXITED")).toEqual([]);
      expect((await project.sup("down")).stdout).toBe("Stopped.");
    });
  }
});

test("no example writes to a place that another user's run of it may have taken", () => {
  const files = readdirSync(join(root, "examples"), { recursive: true, withFileTypes: true });
  const texts = files.filter((one) => one.isFile()).map((one) => readFileSync(join(one.parentPath, one.name), "utf8"));
  expect(texts.filter((text) => text.includes("/tmp/"))).toEqual([]);
});

describe("the example of a program with a supervisor in it", () => {
  test("runs with nothing but node, in a clone", async () => {
    const ran = await execa(process.execPath, ["main.mjs"], {
      cwd: join(root, "examples/embed"),
      env: { ...project.env, TMPDIR: project.folder },
      extendEnv: false,
      reject: false,
      all: true,
      timeout: 120_000,
      detached: true,
    });
    expect(ran, ran.all).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toContain("the server says: hello");
  });
});

describe("our own workshop", () => {
  test("is a config without mistakes", async () => {
    const check = await project.spawn(["check"], { cwd: root });
    expect(check.exitCode, check.stderr).toBe(0);
  });
});
