import { cpSync, existsSync, readdirSync } from "node:fs";
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

describe("completions", () => {
  test("of bash know commands, options, programs, and groups with their colons", async () => {
    cpSync(join(root, "examples/web-and-worker"), project.folder, { recursive: true });
    await project.sup("up", "-d");
    expect(await complete("sup sta")).toEqual(["status", "start"].sort());
    expect(await complete("sup up --w")).toEqual(["--wait"]);
    expect(await complete("sup restart wo")).toEqual(["worker"]);
    // Bash has split the word at the colon: only the rest after it is completed.
    expect(await complete("sup stop app:worker_")).toEqual(["worker_0", "worker_1"]);
    expect(await complete("sup signal US")).toEqual(["USR1", "USR2"]);
    expect(await complete("sup up --mode ")).toEqual(["development", "production"]);
    expect(await complete("sup run --output j")).toEqual(["json"]);
    // Files, which bash knows.
    expect(await complete("sup -c ")).toEqual([]);
  });

  test("never run what was typed", async () => {
    await complete(`sup start $(touch ${join(project.folder, "pwned")}) `);
    expect(readdirSync(project.folder)).not.toContain("pwned");
  });

  test("are well-formed in every shell that is here", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { stdout, exitCode } = await project.sup("completions", shell);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("sup __complete");
    }
    const bash = await execa("bash", ["-n"], { input: (await project.sup("completions", "bash")).stdout });
    expect(bash.exitCode).toBe(0);
    expect((await project.sup("completions", "tcsh")).exitCode).toBe(2);
  });
});

/** What bash would offer for a command line with the cursor at its end. */
async function complete(line: string): Promise<string[]> {
  const script = `
    source <(sup completions bash)
    COMP_LINE=${quote(line)}; COMP_POINT=\${#COMP_LINE}
    COMP_WORDS=(); COMP_CWORD=0
    _sup
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa("bash", ["-c", script], {
    cwd: project.folder,
    env: { ...project.env, PATH: `${join(root, "bin")}:${process.env["PATH"]}` },
    extendEnv: false,
  });
  return stdout
    .split("\n")
    .filter((word) => word !== "")
    .sort();
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
