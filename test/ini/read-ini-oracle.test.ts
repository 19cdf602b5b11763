import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readWithIncludes } from "../../src/ini/include.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { generateIni } from "./generate-ini.ts";
import { hostFiles, hostWorld } from "./host.ts";
import { askSupervisor } from "./oracle.ts";

const CASES = Number(process.env["SUP_ORACLE_CASES"] ?? 500);
const CORPUS = fileURLToPath(new URL("../fixtures/corpus/", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "sup-ini-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Verdict, first message and queued log lines of both readers. */
function compare(files: readonly string[]): { ours: unknown[]; theirs: unknown[] } {
  const theirs = askSupervisor(files).map(({ error, warnings, infos }, index) => {
    return error === undefined ? { file: files[index], warnings, infos } : { file: files[index], error };
  });
  const ours = files.map((file) => {
    const world = hostWorld(file);
    const included = readWithIncludes(file, hostFiles, world);
    if (!included.ok) return { file, error: included.problem.message };
    const read = readIni(included.tree, world);
    const error = read.problems[0]?.message;
    if (error !== undefined) return { file, error };
    const queued = [...included.messages, ...read.messages];
    const texts = (level: string): string[] => queued.filter((line) => line.level === level).map(({ text }) => text);
    return { file, warnings: texts("warn"), infos: texts("info") };
  });
  return { ours, theirs };
}

function writeFiles(files: Readonly<Record<string, string>>, name: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, ".."), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name, "main.conf");
}

describe("Supervisor and we", () => {
  it(`say the same about ${CASES} generated files`, () => {
    const files = Array.from({ length: CASES }, (_, seed) =>
      writeFiles({ "main.conf": generateIni(seed) }, `g${seed}`),
    );
    const { ours, theirs } = compare(files);
    const refused = theirs.filter((answer) => "error" in (answer as object)).length;
    // A generator that made only good or only bad files would prove half of it.
    expect(refused).toBeGreaterThan(CASES * 0.3);
    expect(refused).toBeLessThan(CASES * 0.7);
    expect(ours).toEqual(theirs);
  });

  it("say the same about every file of the corpus", () => {
    const names = readdirSync(CORPUS).filter((name) => name.endsWith(".conf"));
    expect(names.length).toBeGreaterThan(40);
    const files = names.map((name) => {
      mkdirSync(join(folder, name));
      copyFileSync(join(CORPUS, name), join(folder, name, name));
      return join(folder, name, name);
    });
    const { ours, theirs } = compare(files);
    expect(ours).toEqual(theirs);
  });

  const program = "[program:a]\ncommand=%(here)s/a\nstartsecs=x\n";
  const table: [title: string, files: Record<string, string>][] = [
    ["an include without files", { "main.conf": "[supervisord]\n[include]\n" }],
    ["an include that matches nothing", { "main.conf": "[supervisord]\n[include]\nfiles = none/*.conf /nope.conf\n" }],
    [
      "a mistake in an included file",
      { "main.conf": "[supervisord]\n[include]\nfiles=d/*.conf\n", "d/x.conf": program },
    ],
    [
      "several files in order",
      {
        "main.conf": "[include]\nfiles = z.conf\n  d/*.conf\n[supervisord]\n",
        "z.conf": "[group:g]\nprograms=a\n",
        "d/b.conf": "[program:b]\ncommand=b\n[program:a]\ncommand=a\n",
        "d/a.conf": "[program:a]\nnumprocs=2\n",
        "d/.hidden.conf": "[broken",
      },
    ],
    ["an unknown name in include.files", { "main.conf": "[supervisord]\n[include]\nfiles=%(nope)s\n" }],
    [
      "a syntax error in an included file",
      { "main.conf": "[supervisord]\n[include]\nfiles=x.conf\n", "x.conf": "[a]\nbad\n" },
    ],
    [
      "an included file without a header",
      { "main.conf": "[supervisord]\n[include]\nfiles=x.conf\n", "x.conf": "a=b\n" },
    ],
    [
      "an include inside an included file",
      { "main.conf": "[supervisord]\n[include]\nfiles=x.conf\n", "x.conf": "[include]\nfiles=y.conf\n" },
    ],
    [
      "files taken from [DEFAULT]",
      { "main.conf": "[DEFAULT]\nfiles=x.conf\n[supervisord]\n[include]\n", "x.conf": program },
    ],
    ["here where it is not known", { "main.conf": "[supervisord]\n[inet_http_server]\nport=%(here)s\n" }],
    [
      "here after an include",
      { "main.conf": "[supervisord]\n[include]\nfiles=x\n[inet_http_server]\nport=%(here)s\n" },
    ],
    ["two unknown members", { "main.conf": "[supervisord]\n[group:g]\nprograms=a,b,\n[program:a]\ncommand=x\n" }],
    [
      "a member that is two things",
      { "main.conf": "[supervisord]\n[group:g]\nprograms=a\n[program:a]\n[fcgi-program:a]\n" },
    ],
    ["a half login", { "main.conf": "[supervisord]\n[inet_http_server]\nport=1\nusername=x\n" }],
    ["an invalid name in a group", { "main.conf": "[supervisord]\n[group:g]\nprograms=a/b\n[program:a/b]\n" }],
    ["numprocs without process_num", { "main.conf": "[supervisord]\n[program:a]\ncommand=x\nnumprocs=2\n" }],
    ["stopasgroup without killasgroup", { "main.conf": "[supervisord]\n[program:a]\nstopasgroup=1\nkillasgroup=0\n" }],
    ["no command", { "main.conf": "[supervisord]\n[program:a]\n" }],
    ["no command but no process either", { "main.conf": "[supervisord]\n[program:a]\nnumprocs=0\n" }],
    [
      "an environment that refers to itself",
      { "main.conf": "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=%(ENV_A)s\n" },
    ],
    ["a rpc interface without a factory", { "main.conf": "[supervisord]\n[rpcinterface:x]\n" }],
    [
      "logs that were never rotated",
      {
        "main.conf":
          "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile_maxbytes=0\nstderr_logfile=/tmp/x\nredirect_stderr=1\n",
      },
    ],
    [
      "a program called like a property of objects",
      { "main.conf": "[supervisord]\n[program:constructor]\ncommand=x\n[program:__proto__]\ncommand=y\n" },
    ],
  ];
  it.each(table)("say the same about %s", (title, files) => {
    const { ours, theirs } = compare([writeFiles(files, title.replaceAll(" ", "-"))]);
    expect(ours).toEqual(theirs);
  });
});
