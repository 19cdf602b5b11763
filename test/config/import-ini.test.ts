import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { importIni } from "../../src/config/import-ini.ts";
import { readWithIncludes } from "../../src/ini/include.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config } from "../../src/model/config.ts";
import type { Model } from "../../src/model/model.ts";
import { validateConfig } from "../../src/model/schema/validate.ts";
import type { World } from "../../src/model/world.ts";
import { evaluatePrinted } from "../ini/evaluate-printed.ts";
import { hostFiles, lenientWorld } from "../ini/host.ts";

const CORPUS = fileURLToPath(new URL("../fixtures/corpus/", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sup-import-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function imported(text: string): string {
  writeFileSync(join(folder, "file.conf"), text);
  const result = importIni(join(folder, "file.conf"));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.text;
}

function build(config: unknown, world: World): Model {
  expect(validateConfig(config)).toMatchObject({ ok: true });
  const outcome = buildModel(config as Config, world);
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join("\n"));
  return outcome.value;
}

describe("importing a fragment, a file without [supervisord]", () => {
  const fragments = ["12", "14", "16", "36", "37", "38", "39", "42", "49"].map((number) => {
    const name = readdirSync(CORPUS).find((each) => each.startsWith(`${number}-`));
    if (name === undefined) throw new Error(`the corpus has no file ${number}`);
    return name;
  });

  it.each(fragments)("%s gives the programs that a main file which includes it has, and no daemon", (name) => {
    const file = join(folder, name);
    copyFileSync(join(CORPUS, name), file);
    writeFileSync(join(folder, "main.conf"), `[supervisord]\n[include]\nfiles=${name}\n`);
    const world = lenientWorld(file);
    const included = readWithIncludes(join(folder, "main.conf"), hostFiles, world);
    if (!included.ok) throw new Error(included.problem.message);
    const expected = build(readIni(included.tree, world).config, world);

    const result = importIni(file);
    if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("\n"));
    const config = evaluatePrinted(result.text, world) as Config;
    expect(Object.keys(config)).not.toContain("supervisord");
    expect(Object.keys(config)).not.toContain("rpcinterface");
    const model = build(config, world);
    expect(model.groups).toEqual(expected.groups);
    expect(model.servers).toEqual(expected.servers);
    expect(model.groups.length).toBeGreaterThan(0);
  });

  it("takes the values of [DEFAULT] and the interfaces that are named", () => {
    const factory = "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface";
    const text = imported(`[DEFAULT]\nstartsecs=7\n[rpcinterface:other]\n${factory}\n[program:a]\ncommand=x\n`);
    expect(text).toContain("startsecs: 7");
    expect(text).toContain('rpcinterface: ["other"]');
  });

  it("still tells what is wrong in it", () => {
    expect(() => imported("[program:a]\ncommand=x\nstartsecs=soon\n")).toThrow("invalid literal for int()");
  });

  it("refuses a file in which nothing is known", () => {
    expect(() => imported("[web]\ncommand=x\n")).toThrow(".ini file does not include supervisord section");
  });
});

describe("importing a file of another machine", () => {
  it("does without its users, folders and variables, and prints none of what stands in for them", () => {
    const text = imported(
      [
        "[supervisord]",
        "user=nobody-here",
        "loglevel=%(ENV_SUP_TEST_VERBOSITY)s",
        "[program:a]",
        "command=a %(ENV_SUP_TEST_ARGUMENT)s",
        "stdout_logfile=/no/such/folder/a.log",
        "stopsignal=%(ENV_SUP_TEST_SIGNAL)s",
        "autorestart=%(ENV_SUP_TEST_SWITCH)s",
        "stopwaitsecs=%(ENV_SUP_TEST_NUMBER)s",
        "[eventlistener:b]",
        "command=b",
        "events=%(ENV_SUP_TEST_EVENTS)s",
        "[fcgi-program:c]",
        "command=c",
        "socket=%(ENV_SUP_TEST_SOCKET)s",
      ].join("\n"),
    );
    for (const line of [
      'user: "nobody-here"',
      'loglevel: level(env("SUP_TEST_VERBOSITY"))',
      'command: `a ${env("SUP_TEST_ARGUMENT")}`',
      'stdoutLogfile: "/no/such/folder/a.log"',
      'stopsignal: env("SUP_TEST_SIGNAL") as Signal',
      'autorestart: restart(env("SUP_TEST_SWITCH"))',
      'stopwaitsecs: whole(env("SUP_TEST_NUMBER"))',
      'import { defineConfig, type EventName, type LogLevel, type Signal } from "sup";',
      'events: env("SUP_TEST_EVENTS").split(",").map((name) => name.trim()) as EventName[]',
      'socket: env("SUP_TEST_SOCKET")',
    ]) {
      expect(text).toContain(line);
    }
  });

  it.each([
    ["the name of its program", "", "%(program_name)s", "%(program_name)s"],
    ["a variable that the file sets", 'environment=WHO="%(ENV_SUP_TEST_WHO)s"', "%(ENV_WHO)s", "%(ENV_WHO)s"],
    ["a name", "", "sup-test-nobody", "sup-test-nobody"],
  ])(
    "carries over a user that is only known there, as %s, and never makes it root",
    (_, supervisord, user, printed) => {
      const text = imported(`[supervisord]\n${supervisord}\n[program:a]\ncommand=x\nuser=${user}\n`);
      expect(text).toContain(`user: "${printed}",`);
      const fcgi = `[supervisord]\n[fcgi-program:a]\ncommand=x\nsocket=tcp://localhost:1\nuser=%(here)s-x\n`;
      expect(imported(fcgi)).toContain('user: "%(here)s-x",');
    },
  );

  it.each([
    ["tcp://%(ENV_SUP_TEST_HOST)s:%(ENV_SUP_TEST_PORT)s", '`tcp://${env("SUP_TEST_HOST")}:${env("SUP_TEST_PORT")}`'],
    ["tcp://localhost:%(ENV_SUP_TEST_PORT)s", '`tcp://localhost:${env("SUP_TEST_PORT")}`'],
    ["unix:///run/%(ENV_SUP_TEST_NAME)s.sock", '`unix:///run/${env("SUP_TEST_NAME")}.sock`'],
    ["unix://%(ENV_SUP_TEST_FOLDER)s/x.sock\nsocket_mode=0700", '`unix://${env("SUP_TEST_FOLDER")}/x.sock`'],
    ["%(ENV_SUP_TEST_SOCKET)s\nsocket_mode=0700", 'env("SUP_TEST_SOCKET")'],
  ])("needs none of the variables in socket=%s", (socket, printed) => {
    const text = imported(`[supervisord]\n[fcgi-program:c]\ncommand=c\nsocket=${socket}\n`);
    expect(text).toContain(`socket: ${printed},`);
  });

  it("needs no variable of which several keys make use, whichever comes first", () => {
    const level = "loglevel=%(ENV_SUP_TEST_LEVEL)s";
    const program = "[program:a]\ncommand=a --level %(ENV_SUP_TEST_LEVEL)s";
    for (const file of [`[supervisord]\n${level}\n${program}\n`, `${program}\n[supervisord]\n${level}\n`])
      expect(imported(file)).toContain('loglevel: level(env("SUP_TEST_LEVEL"))');
  });
});

it("does not lose a program called __proto__ without a word: what loads the printed file refuses the name", () => {
  const text = imported("[supervisord]\n[program:__proto__]\ncommand=x\n[program:a]\ncommand=x\n");
  const config = evaluatePrinted(text, lenientWorld(join(folder, "file.conf")));
  expect(validateConfig(config)).toMatchObject({ ok: false, problems: [{ path: ["programs", "__proto__"] }] });
});

it("says which files of its include it has not found: what stands in them is missing", () => {
  writeFileSync(
    join(folder, "file.conf"),
    "[supervisord]\n[include]\nfiles=%(ENV_SUP_TEST_NOPE)s/a.conf none.d/*.conf\n",
  );
  const result = importIni(join(folder, "file.conf"));
  const patterns = [join(folder, "1/a.conf"), join(folder, "none.d/*.conf")];
  expect(result).toMatchObject({
    ok: true,
    warnings: patterns.map((pattern) => ({
      message: `No file matches via include "${pattern}"`,
      place: { line: 3, column: 1 },
    })),
  });
  expect(result.ok && result.text).toContain(`// file.conf:3: No file matches via include "${patterns[1]}"`);
});
