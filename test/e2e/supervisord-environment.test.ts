import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Project } from "../support/project.ts";
import { closePair, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// What programs inherit: to the letter what the daemon was called with, and nothing of the shell that starts ours.

type Words = readonly string[];

/** What a program of this side sees if the daemon is called with nothing but these, and what it cannot do without. */
async function seen(side: Side, words: Words, shell: Words, flags: Words): Promise<string[]> {
  const places = [`SUP_RUNTIME_DIR=${side.path(".run")}`, `SUP_STATE_DIR=${side.path(".state")}`];
  // Python would set LC_CTYPE if it had no locale.
  const env = ["env", "-i", `PATH=${process.env["PATH"]}`, "LC_ALL=C.UTF-8", ...places, ...words];
  const wrapper = [...env, ...(side.isOurs ? shell : [])];
  if (flags.length > 0) side.foreground(flags, { wrapper });
  else await side.start([], { wrapper });
  await side.until(/exited: shows/);
  return side.read("env.log").replaceAll(side.folder, "@").split("\0").sort();
}

const CASES: readonly (readonly [string, Words])[] = [
  ["nothing", []],
  [
    "what shells set themselves",
    ["PWD=/nope", "OLDPWD=/older", "SHLVL=7", "_=/bin/before", "IFS=q", "PPID=5", "PS4=%"],
  ],
  ["the name of this folder by another way", ["PWD=/proc/self/cwd"]],
  ["names that shells do not know", ["a.b=dotted", "1st=x", "x-y=two\nlines\n", "ü=%41%00", "BASH_FUNC_f%%=() { :; }"]],
  ["much, and an odd name", ["a.b=1", `BIG=${"x".repeat(100_000)}`]],
  ["much under odd names", ["PWD=/nope", `a.b=${"%é\n".repeat(25_000)}`, `b.c=${"y".repeat(130_000)}`, "d.e="]],
];

async function same(words: Words, shell: Words, flags: Words): Promise<void> {
  const pair = makePair();
  try {
    // env alone: a shell in between would have an environment of its own.
    const shows = "[program:shows]\ncommand=env -0\nstartsecs=0\nautorestart=false\nstdout_logfile=@/env.log\n";
    for (const side of pair) side.configure(shows);
    const [ours, real] = await onBoth(pair, (side) => seen(side, words, shell, flags));
    expect(ours).toEqual(real);
  } finally {
    await closePair(pair);
  }
}

test.concurrent.each(CASES)("programs inherit %s", (_, words) => same(words, [], []));

test.concurrent.each(CASES)("in the foreground and through bash: %s", (_, words) => same(words, ["bash"], ["-s"]));

test("sup up hands on the same, however much it is", async () => {
  const project = new Project();
  try {
    project.write(
      "supervisor.config.ts",
      `export default { programs: { shows: { command: "env -0", startsecs: 0, autorestart: false, stdoutLogfile: "%(here)s/env.log" } } };`,
    );
    const functions = Object.fromEntries(
      [1, 2, 3, 4].map((n) => [`BASH_FUNC_f${n}%%`, `() { : ${"z".repeat(60_000)}; }`]),
    );
    Object.assign(project.env, { "a.b": "1", BIG: "x".repeat(100_000), PWD: "/nope", SHLVL: "41", ...functions });
    const up = await project.sup("up", "-d", "--wait");
    expect(up, up.stderr).toMatchObject({ exitCode: 0, stderr: "" });
    const { processes } = await project.until((status) => status.processes[0]?.state === "EXITED", "its end");
    expect(processes).toHaveLength(1);
    const env = new Set(readFileSync(join(project.folder, "env.log"), "utf8").split("\0"));
    for (const [name, value] of Object.entries(project.env)) expect(env).toContain(`${name}=${value}`);
    const names = [...env].map((entry) => entry.slice(0, entry.indexOf("=")));
    const added = names.filter(
      (name) => name !== "" && project.env[name] === undefined && !name.startsWith("SUPERVISOR_"),
    );
    expect(added).toEqual([]);
  } finally {
    await project.close();
  }
});
