import { execa } from "execa";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onTerminal } from "../support/on-terminal.ts";
import { Project } from "../support/project.ts";

// What a Tab offers in the shells that there are completions for: the real shells, beside a daemon that runs.

const bin = resolve(import.meta.dirname, "../../bin");
const project = new Project();
const env = (): Record<string, string> => ({
  ...(project.env as Record<string, string>),
  PATH: `${bin}:${process.env["PATH"]}`,
  HOME: project.folder,
  XDG_CONFIG_HOME: project.folder,
  LC_ALL: "C.UTF-8",
});

beforeAll(async () => {
  const programs = `web: idle, worker: { ...idle, numprocs: 2, processName: "%(program_name)s_%(process_num)d" }, "odd'n&me": idle`;
  project.write(
    "supervisor.config.ts",
    `const idle = { command: "sleep 1000", autostart: false };
    export default { programs: { ${programs} }, groups: { app: { programs: ["worker"] } } };`,
  );
  expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
});
afterAll(() => project.close());

describe("bash", () => {
  test("knows commands, options, programs, and groups with their colons", async () => {
    expect(await inBash("sup sta")).toEqual(["start", "status"]);
    expect(await inBash("sup up --w")).toEqual(["--wait"]);
    expect(await inBash("sup up --conf")).toEqual(["--config"]);
    expect(await inBash("sup restart wo")).toEqual(["worker"]);
    // Bash has split the word at the colon: only the rest after it is completed.
    expect(await inBash("sup stop app:worker_")).toEqual(["worker_0", "worker_1"]);
    expect(await inBash("sup signal US")).toEqual(["USR1", "USR2"]);
    expect(await inBash("sup up --mode ")).toEqual(["development", "production"]);
    expect(await inBash("sup run --output j")).toEqual(["json"]);
    expect(await inBash("sup stop odd")).toEqual(["odd\\'n\\&me"]);
    // Blanks that are quoted are part of a word: here of the path of a config, for which nothing is offered but files.
    for (const word of [`"my st`, `'my st`, `my\\ st`, `"my "st`]) {
      expect(await inBash(`sup -c ${word}`)).toEqual([]);
      expect(await inBash(`sup -c ${word}`.replace("-c", "run"))).toEqual([]);
    }
    expect(await inBash(`sup -c "it's my"\\ file sta`)).toEqual(["start", "status"]);
    // Files, which bash knows.
    expect(await inBash("sup -c ")).toEqual([]);
  });

  test("never runs what was typed", async () => {
    await inBash(`sup start $(touch ${join(project.folder, "pwned")}) `);
    expect(readdirSync(project.folder)).not.toContain("pwned");
  });

  test("completes words in quotes that are open, and behind others that are closed", async () => {
    const tell = `sup() { if [[ $1 == __complete ]]; then command sup "$@"; else (IFS='|'; echo "ran<$*>"); fi }`;
    const lines = [
      ['start "we', "start|web"],
      ["stop 'odd", "stop|odd'n&me"],
      ['stop "app:worker_1', "stop|app:worker_1"],
      [`restart "web" 'app:worker_0' wor`, "restart|web|app:worker_0|worker"],
      ["up --mode 'dev", "up|--mode|development"],
    ] as const;
    const steps = [
      ...[`cd ${project.folder}`, "set +H", "source <(sup completions bash)", tell].map((line) => ({
        send: `${line}\r`,
      })),
      ...lines.flatMap(([typed, ran]) => [{ send: `sup ${typed}\t\r` }, { expect: `ran<${ran}>` }]),
      { send: "exit\r" },
    ];
    const { missing, output } = await onTerminal(["bash", "--norc", "-i"], steps, { env: env() });
    expect(missing, output).toBe(null);
  });

  /** What bash would offer for a command line with the cursor at its end. */
  async function inBash(line: string): Promise<string[]> {
    const script = `
      source <(sup completions bash)
      COMP_LINE=${quote(line)}; COMP_POINT=\${#COMP_LINE}
      COMP_WORDS=(); COMP_CWORD=0
      _sup
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return offered(await shell("bash", ["-c", script]));
  }
});

describe("fish", () => {
  test("knows commands, options, programs, groups and files", async () => {
    expect(await inFish("sup sta")).toEqual(["start", "status"]);
    expect(await inFish("sup up --w")).toEqual(["--wait"]);
    expect(await inFish("sup restart web app:")).toEqual(["app:*", "app:worker_0", "app:worker_1"]);
    expect(await inFish("sup stop odd")).toEqual(["odd'n&me"]);
    expect(await inFish("sup up --mode ")).toEqual(["development", "production"]);
    expect(await inFish("sup check -c superv")).toEqual(["supervisor.config.ts"]);
  });

  /** What fish itself says it would offer. */
  async function inFish(line: string): Promise<string[]> {
    const script = `sup completions fish | source; complete -C ${quote(line)}`;
    return offered(await shell("fish", ["--no-config", "-c", script]));
  }
});

describe("zsh", () => {
  const sourced = ["autoload -Uz compinit; compinit -u", "source <(sup completions zsh)"];

  test("completes commands, programs, options and files, and quotes what it inserts", async () => {
    await inZsh(sourced, [
      ["res", "restart"],
      ["stop odd", "stop|odd'n&me"],
      ["stop app:\\*", "stop|app:*"],
      ["start web app:worker_1", "start|web|app:worker_1"],
      ['start "we', "start|web"],
      ["up --mode dev", "up|--mode|development"],
      ["check -c superv", "check|-c|supervisor.config.ts"],
    ]);
  });

  test("does so from a file in its folder of functions, at the first Tab already", async () => {
    project.write("functions/_sup", await shell("zsh", ["-fc", "sup completions zsh"]));
    await inZsh(["fpath=(functions $fpath); autoload -Uz compinit; compinit -u"], [["stop odd", "stop|odd'n&me"]]);
  });

  /** Types each line behind `sup`, a Tab and Enter, and waits until what was then run has told its arguments. */
  async function inZsh(first: readonly string[], lines: readonly (readonly [string, string])[]): Promise<void> {
    const tell = `sup() { if [[ $1 == __complete ]]; then command sup "$@"; else print -r -- "ran<\${(j:|:)@}>"; fi }`;
    const setup = [`cd ${project.folder}`, "setopt nobanghist; PS1='ready'$'> '", ...first, tell];
    const steps = [
      ...setup.map((line) => ({ send: `${line}\r` })),
      ...lines.flatMap(([typed, ran]) => [{ send: `sup ${typed}\t\r` }, { expect: `ran<${ran}>` }]),
      { send: "exit\r" },
    ];
    const { missing, output } = await onTerminal(["zsh", "-f"], steps, { env: env() });
    expect(missing, output).toBe(null);
  }
});

test("there are none for other shells", async () => {
  expect(await project.sup("completions", "tcsh")).toMatchObject({ exitCode: 2, stdout: "" });
});

async function shell(name: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execa(name, args, { cwd: project.folder, env: env(), extendEnv: false });
  expect(stderr).toBe("");
  return stdout;
}

function offered(text: string): string[] {
  return text
    .split("\n")
    .filter((word) => word !== "")
    .sort();
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
