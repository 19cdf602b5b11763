import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contentHash } from "../../src/config/content-hash.ts";
import { loadConfig, type LoadResult } from "../../src/config/load-config.ts";
import { ConfigMemory } from "../../src/model/check-config.ts";

const built = join(import.meta.dirname, `../../node_modules/.cache/sup-load-${process.pid}`);
const isRoot = process.getuid?.() === 0;
let folder = "";

beforeAll(async () => {
  const shared: BuildOptions = {
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["esbuild"],
    logLevel: "silent",
  };
  await build({
    ...shared,
    entryPoints: ["src/cli/evaluator.ts"],
    format: "cjs",
    outfile: join(built, "evaluator.cjs"),
  });
  await build({ ...shared, entryPoints: ["src/index.ts"], format: "esm", outfile: join(built, "index.mjs") });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-load-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? "");
}

function load(files: Readonly<Record<string, string>>): Promise<LoadResult> {
  return loadFile(write(files));
}

function loadFile(file: string, memory?: ConfigMemory): Promise<LoadResult> {
  return loadConfig(file, {
    ...(memory && { memory }),
    mode: "production",
    command: "check",
    evaluator: join(built, "evaluator.cjs"),
    env: { ...process.env, NAME: "web" },
  });
}

const names = (result: LoadResult): string[] =>
  result.outcome.ok
    ? result.outcome.value.groups.flatMap((group) => group.processes.map((one) => `${one.group}:${one.name}`))
    : [];
const places = (result: LoadResult): string[] =>
  result.outcome.ok
    ? []
    : result.outcome.problems.map(
        ({ place }) => `${place?.file.replace(`${folder}/`, "")}:${place?.line}:${place?.column}`,
      );
const messages = (result: LoadResult): string =>
  result.outcome.ok ? "" : result.outcome.problems.map(({ message, hint }) => `${message}\n${hint ?? ""}`).join("\n");

const JSON_CONFIG =
  '{ "programs": { "web": { "command": "cat", "numprocs": 2, "processName": "w%(process_num)02d" } } }';

describe("loadConfig", () => {
  it.each<[LoadResult["format"], Readonly<Record<string, string>>]>([
    [
      "ts",
      { "supervisor.config.ts": `import { defineConfig } from "sup";\nexport default defineConfig(${JSON_CONFIG});` },
    ],
    ["json", { "supervisor.config.json": JSON_CONFIG }],
    [
      "ini",
      {
        "supervisord.conf":
          "[supervisord]\n[program:web]\ncommand=cat\nnumprocs=2\nprocess_name=w%%(process_num)02d\n".replaceAll(
            "%%",
            "%",
          ),
      },
    ],
  ])("makes the same processes of a %s file", async (format, files) => {
    const result = await load(files);
    expect(messages(result)).toBe("");
    expect(names(result)).toEqual(["web:w00", "web:w01"]);
    expect(result.format).toBe(format);
    expect(result.files).toContain(join(folder, Object.keys(files)[0] ?? ""));
  });

  it.each(["ts", "json"])(
    "adds the files that the include of a %s config names, and watches for more",
    async (format) => {
      const value =
        '{ "include": { "files": ["conf.d/*.conf", "%(here)s/one more.ini"] }, "programs": { "web": { "command": "cat" } }, "groups": { "g": { "programs": ["web", "worker"] } } }';
      const result = await load({
        [`supervisor.config.${format}`]: format === "ts" ? `export default ${value};` : value,
        "conf.d/a.conf": "[program:worker]\ncommand=cat %(here)s\nnumprocs=2\nprocess_name=w%(process_num)d\n",
        "conf.d/b.conf": "[program:worker]\npriority=5\n[eventlistener:e]\ncommand=cat\nevents=TICK_5\n",
        "one more.ini": "[program:last]\ncommand=cat\n",
      });
      expect(messages(result)).toBe("");
      expect(names(result).sort()).toEqual(["e:e", "g:w0", "g:w1", "g:web", "last:last"]);
      const worker = result.outcome.ok ? result.outcome.value.groups.flatMap((group) => group.processes) : [];
      expect(worker.find((process) => process.name === "w0")).toMatchObject({
        priority: 5,
        command: `cat ${folder}/conf.d`,
      });
      for (const name of ["conf.d", "conf.d/a.conf", "conf.d/b.conf", "one more.ini"])
        expect(result.files).toContain(join(folder, name));
      expect(result.messages.map(({ text }) => text)).toContain(
        `Included extra file "${join(folder, "conf.d/a.conf")}" during parsing`,
      );
    },
  );

  it.each<[string, string, string, string]>([
    ["a program in both", "[program:web]\ncommand=x\n", "is in the config and in", "conf.d/a.conf:1:1"],
    [
      "a mistake of a value",
      "[program:w]\ncommand=x\nstartsecs=soon\n",
      "invalid literal for int()",
      "conf.d/a.conf:3:1",
    ],
    ["a mistake of the whole", "[program:w]\ncommand=x\nuser=no_such_user\n", "no_such_user", "conf.d/a.conf:3:1"],
    ["what is no ini", "nonsense\n", "no section headers", "conf.d/a.conf:1:1"],
  ])("points into the included file at %s", async (_, text, message, place) => {
    const result = await load({
      "supervisor.config.ts":
        'export default { include: { files: "conf.d/*.conf" }, programs: { web: { command: "cat" } } };',
      "conf.d/a.conf": text,
    });
    expect(messages(result)).toContain(message);
    expect(places(result)).toEqual([place]);
  });

  it.each([
    ["c.ts", 'export default { programs: { web: { command: "cat", stdoutLogfile: "%(here)s/logs/a.log" } } };'],
    ["c.conf", "[supervisord]\n[program:web]\ncommand=cat\nstdout_logfile=%(here)s/logs/a.log\n"],
    ["c.json", '{ "supervisord": { "childlogdir": "%(here)s/logs" } }'],
  ])("watches for a folder that is missing, as far as it is a mistake of %s", async (name, text) => {
    const wrong = await load({ [name]: text });
    expect(wrong.outcome.ok).toBe(false);
    expect(wrong.files).toContain(join(folder, "logs"));
    expect(contentHash(wrong.files)).toBe(wrong.hash);
    mkdirSync(join(folder, "logs"));
    expect(contentHash(wrong.files)).not.toBe(wrong.hash);
    const mended = await load({ [name]: text });
    expect(mended.outcome.ok).toBe(true);
    expect(mended.files).not.toContain(join(folder, "logs"));
  });

  it("lets included files speak of the variables and programs of the config, and name programs for its groups", async () => {
    const result = await load({
      "supervisor.config.ts": `export default {
        include: { files: "conf.d/*.conf" },
        supervisord: { environment: { ROOT: "%(here)s/base", COUNT: 2 } },
        programs: { web: { command: "cat" } },
      };`,
      "conf.d/a.conf": [
        "[group:g]",
        "programs=web,worker",
        "[program:worker]",
        "command=cat %(ENV_ROOT)s",
        "numprocs=%(ENV_COUNT)s",
        "process_name=w%(process_num)d",
      ].join("\n"),
    });
    expect(messages(result)).toBe("");
    expect(names(result)).toEqual(["g:web", "g:w0", "g:w1"]);
    const processes = result.outcome.ok ? result.outcome.value.groups.flatMap((group) => group.processes) : [];
    expect(processes[1]?.command).toBe(`cat ${folder}/base`);
  });

  it("tells of a program that is neither in the config nor in an included file where its group names it", async () => {
    const result = await load({
      "supervisor.config.ts": 'export default { include: { files: "*.conf" }, programs: { web: { command: "cat" } } };',
      "a.conf": "[group:g]\npriority=1\nprograms=web,wrker\n",
    });
    expect(messages(result)).toContain("[group:g] names unknown program or fcgi-program wrker");
    expect(places(result)).toEqual(["a.conf:3:1"]);
  });

  it("takes [supervisord] of an included file as it is written, and refuses one where the config has its own", async () => {
    const files = (supervisord: string) => ({
      "supervisor.config.ts": `export default { ${supervisord} include: { files: "*.conf" } };`,
      "a.conf": '[program:a]\ncommand=cat %(ENV_A)s\n[supervisord]\nenvironment=A="1"\nloglevel=debug\n',
    });
    const taken = await load(files(""));
    expect(messages(taken)).toBe("");
    expect(taken.outcome).toMatchObject({
      ok: true,
      value: {
        supervisord: { environment: { A: "1" }, loglevel: "debug", logfile: null, pidfile: null },
        groups: [{ processes: [{ command: "cat 1" }] }],
      },
    });
    const refused = await load(files("supervisord: {},"));
    expect(messages(refused)).toContain("supervisord is in the config and in");
    expect(places(refused)).toEqual(["a.conf:3:1"]);
  });

  it("tells of a doubt in the words of the file that it is in", async () => {
    const result = await load({
      "supervisor.config.ts":
        'export default { include: { files: "conf.d/*.conf" }, programs: { web: { command: "cat | cat" } } };',
      "conf.d/a.conf": '[program:w]\ncommand=cat | cat\nenvironment=A="%%(progam_name)s"\n',
    });
    expect(result.warnings.map(({ message, place }) => [message.replace(/ in it.*/, ""), place?.line])).toEqual([
      ["[program:w] command has |", 2],
      ["[program:w] environment A has %(progam_name)s", 3],
      ["programs.web.command has |", 1],
    ]);
  });

  it.each<[string, string]>([
    ["{ files: 5 }", "include.files must be a pattern, or a list of them"],
    ["{ file: 'x' }", "unknown option `file` in include"],
    ["'conf.d/*.conf'", "include must be an object such as"],
    ["{ files: '%(ENV_NOPE)s' }", "ENV_NOPE"],
  ])("refuses include: %s at its place", async (include, message) => {
    const result = await load({ "supervisor.config.ts": `export default {\n  include: ${include},\n};` });
    expect(messages(result)).toContain(message);
    expect(places(result)[0]).toMatch(/^supervisor.config.ts:2:/);
  });

  it("reads env files beside the config, and has them watched, found or not", async () => {
    const result = await load({
      "supervisor.config.json":
        '{ "programs": { "web": { "command": "cat", "envFile": [".env", { "path": "local.env", "required": false }] } } }',
      ".env": '\uFEFFexport A=1 # one\nB="two\nlines"\nC=%(here)s\n',
    });
    expect(messages(result)).toBe("");
    const environment = result.outcome.ok ? result.outcome.value.groups[0]?.processes[0]?.environment : null;
    expect(environment).toEqual({ A: "1", B: "two\nlines", C: "%(here)s" });
    expect(result.files).toEqual(expect.arrayContaining([join(folder, ".env"), join(folder, "local.env")]));
  });

  it("names a line of an env file that sets nothing, and does not show its neighbours", async () => {
    const result = await load({
      "supervisor.config.json": '{ "programs": { "web": { "command": "cat", "envFile": ".env" } } }',
      ".env": "SECRET=1\nnonsense\n",
    });
    const [warning] = result.warnings;
    expect(warning?.message).toBe(`line 2 of ${join(folder, ".env")} sets no variable and is ignored`);
    expect(warning?.place).toBeUndefined();
  });

  it("tells mistakes from top to bottom, whichever way they were found", async () => {
    const result = await load({
      "supervisor.config.ts":
        'export default {\n  programs: {\n    a: { command: "cat", dependsOn: { nobody: "started" } },\n    b: { command: "cat", startsecs: "x" },\n  },\n  supervisord: { loglevel: "loud" },\n};\n',
    });
    expect(places(result)).toEqual([
      "supervisor.config.ts:3:39",
      "supervisor.config.ts:4:37",
      "supervisor.config.ts:6:28",
    ]);
  });

  it("points at an env file that is not there", async () => {
    const result = await load({
      "supervisor.config.ts": 'export default {\n  programs: { web: { command: "cat", envFile: ".env" } },\n};\n',
    });
    expect(messages(result)).toContain(`could not read envFile ${join(folder, ".env")}: there is no such file`);
    expect(places(result)).toEqual(["supervisor.config.ts:2:47"]);
    expect(result.files).toContain(join(folder, ".env"));
  });

  it("tells all mistakes of a TypeScript config at their places, also in files it imports", async () => {
    const result = await load({
      "supervisor.config.ts":
        'import { db } from "./db";\nexport default {\n  programs: {\n    web: {\n      command: "cat",\n      startsec: 1,\n    },\n    db,\n  },\n};\n',
      "db.ts": 'export const db = {\n  command: "cat",\n  startsecs: -5,\n};\n',
    });
    expect(places(result).sort()).toEqual(["db.ts:3:14", "supervisor.config.ts:6:7"]);
    expect(messages(result)).toContain("startsecs");
    expect(result.files).toEqual(expect.arrayContaining([join(folder, "db.ts")]));
  });

  it("tells mistakes found while building the model at their places", async () => {
    const result = await load({
      "supervisor.config.ts":
        'export default {\n  programs: { web: { command: "cat" } },\n  groups: { all: { programs: [\n    "web",\n    "nope",\n  ] } },\n};\n',
    });
    expect(places(result)).toEqual(["supervisor.config.ts:5:5"]);
  });

  it("tells mistakes of JSON at their places", async () => {
    const wrong = await load({ "supervisor.config.json": '{\n  "programs": {\n    "web": { "command": 3 }\n  }\n}' });
    expect(places(wrong)).toEqual(["supervisor.config.json:3:25"]);
  });

  it("tells mistakes of an ini file at their places", async () => {
    const result = await load({ "supervisord.conf": "[supervisord]\n[program:web]\ncommand=cat\nstartsecs=x\n" });
    expect(places(result)).toEqual([expect.stringMatching(/^supervisord\.conf:4:/)]);
  });

  it.each<[string, string, string, string]>([
    ["an early end", '{ "a": [1,', "unexpected end of the file", ":1:11"],
    ["a trailing comma", '{\n  "a": 1,\n}', "remove the comma", ":3:1"],
    ["a comment", "{\n  // a\n}", "JSON has no comments", ":2:3"],
    ["an empty file", "", "the file is empty", ":1:1"],
    ["single quotes", "{ 'a': 1 }", "double quotes", ":1:3"],
    ["a word", '{ "a": yes }', "not valid JSON", ":1:8"],
  ])("explains %s in JSON", async (_name, text, message, place) => {
    const result = await load({ "supervisor.config.json": text });
    expect(messages(result)).toContain(message);
    expect(places(result)).toEqual([`supervisor.config.json${place}`]);
  });

  it("refuses JSON that gives a key twice, with both places", async () => {
    const text =
      '{\n  "programs": {\n    "web": { "command": "a" },\n    "web": { "command": "b", "command": "c" }\n  }\n}';
    const result = await load({ "supervisor.config.json": text });
    expect(places(result)).toEqual(["supervisor.config.json:4:30", "supervisor.config.json:4:5"]);
    expect(messages(result)).toContain("programs.web is given twice, first in line 3, column 5");
  });

  it.each([
    ["supervisor.config.json", '{\n "programs": {\n "web": { "command": "a | b" } } }', "3:22"],
    ["supervisor.config.ts", 'export default { programs: {\n web: { command: "a | b" } } };', "2:18"],
    ["supervisord.conf", "[supervisord]\n[program:a]\ncommand=a | b\n[program:web]\ncommand=sh -c 'x\n", "5:1"],
  ])("warns of a doubtful command in %s, at its place", async (name, text, place) => {
    const result = await load({ [name]: text });
    expect(messages(result)).toBe("");
    expect(result.warnings.map((one) => `${one.place?.line}:${one.place?.column}`)).toEqual([place]);
    expect(result.warnings[0]?.path).toEqual(["programs", "web", "command"]);
  });

  it("says what a failing config has printed", async () => {
    const result = await load({
      "supervisor.config.ts": 'console.log("cannot reach the vault");\nthrow new Error("no secret");',
    });
    expect(messages(result)).toContain("the config printed:\n  cannot reach the vault");
  });

  it("places a problem of the whole config at its export", async () => {
    const result = await load({ "supervisor.config.ts": "const a = 1;\n\nexport default new Promise(() => {});" });
    expect(places(result)).toEqual(["supervisor.config.ts:3:1"]);
  });

  it.each<[string, (file: string) => void, RegExp]>([
    ["is missing", () => {}, /could not find config file/],
    ["is a folder", (file) => mkdirSync(file), /is a folder/],
    ["is a named pipe", (file) => void execFileSync("mkfifo", [file]), /is a named pipe, not a file/],
    ["is a dangling symlink", (file) => symlinkSync("nowhere", file), /symlink to nothing/],
  ])("says that the file %s", async (_name, make, message) => {
    for (const name of ["supervisor.config.ts", "supervisor.config.json", "supervisord.conf"]) {
      make(join(folder, name));
      const result = await loadFile(join(folder, name));
      expect(messages(result)).toMatch(message);
      expect(result.files).toEqual([join(folder, name)]);
    }
  });

  it("takes includes in, logs them and watches the folder they come from", async () => {
    const result = await load({
      "supervisord.conf": "[supervisord]\n[include]\nfiles = conf.d/*.conf\n",
      "conf.d/b.conf": "[program:b]\ncommand=cat\n",
      "conf.d/a.conf": "[program:a]\ncommand=cat\n",
      "conf.d/.hidden.conf": "[program:h]\ncommand=cat\n",
    });
    expect(names(result)).toEqual(["a:a", "b:b"]);
    expect(result.files).toEqual(
      ["supervisord.conf", "conf.d/a.conf", "conf.d/b.conf", "conf.d"].map((name) => join(folder, name)),
    );
    expect(result.messages).toHaveLength(2);
  });

  it("refuses a named pipe among its includes instead of waiting for it", async () => {
    const file = write({ "c.conf": "[supervisord]\n[include]\nfiles=*.ini\n" });
    execFileSync("mkfifo", [join(folder, "odd.ini")]);
    const { outcome } = await loadFile(file);
    expect(outcome).toMatchObject({ ok: false });
    expect(JSON.stringify(outcome)).toContain(`${join(folder, "odd.ini")} is a named pipe, not a file`);
  });

  it("does not know the variables that our own processes are told by", async () => {
    const env = { YOURS: "1", SUP_KEEPER_PID: "2", SUP_NOFILE_SOFT: "3", SUP_KEEPER_RESTARTS: "4" };
    const file = write({ "c.conf": "[supervisord]\n[program:a]\ncommand=a %(ENV_NOPE)s\n" });
    const { outcome } = await loadConfig(file, { mode: "production", command: "up", evaluator: "none", env });
    expect(JSON.stringify(outcome)).toContain("Available names: ENV_YOURS, ");
    expect(JSON.stringify(outcome)).not.toContain("ENV_SUP_");
  });

  it("has a hash that changes with the content and with nothing else", async () => {
    const files = {
      "supervisor.config.ts": 'import { c } from "./c";\nexport default { programs: { web: { command: c } } };',
      "c.ts": 'export const c = "cat";',
    };
    const first = await load(files);
    const again = await loadFile(join(folder, "supervisor.config.ts"));
    expect(again.hash).toBe(first.hash);
    expect(contentHash(first.files)).toBe(first.hash);
    writeFileSync(join(folder, "c.ts"), 'export const c = "tac";');
    expect(contentHash(first.files)).not.toBe(first.hash);
  });

  it.each([
    ["a second before the load", -1, true],
    ["in the millisecond of the load", 0.0007, true],
    ["after the load began", 0.005, false],
  ])("takes a file saved %s for what it read only if that is certain", (_name, offset, same) => {
    const file = write({ "c.ts": "x" });
    const startedAt = 1_700_000_000_000;
    utimesSync(file, startedAt / 1000, startedAt / 1000 + offset);
    expect(contentHash([file], startedAt) === contentHash([file])).toBe(same);
  });

  it.each(["supervisor.config.ts", "supervisor.config.json"])(
    "tells of %s with a memory what it tells without one: places of mistakes and doubts, files, warnings",
    async (file) => {
      const memory = new ConfigMemory();
      const written = (programs: string, before = ""): string =>
        `${file.endsWith(".ts") ? "export default " : ""}{${before}
  "include": { "files": "conf.d/*.conf" },
  "programs": {
    ${programs}
  }
}
`;
      const [a, b, c, d] = [
        '"a": { "command": "a > out" }',
        '"b": { "command": "b", "envFile": "b.env" }',
        '"c": { "command": "c", "dependsOn": ["inc"] }',
        '"d": { "command": "d %(program_nam)s", "numprocs": 2 }',
      ];
      const all = [a, b, c, d].join(",\n    ");
      const inc = "[program:inc]\ncommand=cat\n";
      const versions: readonly Readonly<Record<string, string>>[] = [
        { [file]: written(all), "b.env": "X=1\n", "conf.d/inc.conf": inc },
        { [file]: written(all, "\n\n") },
        { [file]: written(all.replace('"numprocs": 2', '"numprocs": 2, "startsecs": "soon"')) },
        { [file]: written(all.replace('"c": {', '\n    "c": { "user": "no-such-user",')) },
        { [file]: written(`${all},\n\n    "e": { "comand": "e" }`) },
        { "b.env": "X=2\nnot a line\n" },
        { [file]: written(all), "conf.d/inc.conf": `\n\n${inc}user=no-such-user\n` },
        { "conf.d/inc.conf": `${inc}[program:inc2]\ncommand=cat | tr\n` },
        { "conf.d/inc.conf": "[program:other]\ncommand=cat\n" },
        { [file]: written([d, b, a].join(",")), "b.env": "X=3\n" },
        { [file]: written([d, b, a, '"other": { "command": "x" }'].join(",\n")) },
      ];
      const told: string[] = [];
      for (const version of versions) {
        write(version);
        const [remembered, anew] = [await loadFile(join(folder, file), memory), await loadFile(join(folder, file))];
        expect({ ...remembered, hash: "" }).toEqual({ ...anew, hash: "" });
        const problems = [...(anew.outcome.ok ? [] : anew.outcome.problems), ...anew.warnings];
        told.push(problems.map(({ place }) => `${place?.line}:${place?.column}`).join(" "));
      }
      // Of all those places, none is that of an earlier version.
      expect(new Set(told).size).toBe(told.length);
    },
  );

  it.runIf(isRoot)(
    "does not take what others can write to, as root, but Supervisor's own format with a warning",
    async () => {
      const names = ["supervisor.config.ts", "supervisor.config.json", "supervisord.conf"];
      write({ [names[0] ?? ""]: "export default {};", [names[1] ?? ""]: "{}", [names[2] ?? ""]: "[supervisord]\n" });
      const files = names.map((name) => join(folder, name));
      for (const file of files) chmodSync(file, 0o666);
      for (const file of files.slice(0, 2)) expect(messages(await loadFile(file))).toContain(`chmod go-w ${file}`);
      const data = await loadFile(files[2] ?? "");
      expect(data.outcome.ok).toBe(true);
      expect(data.warnings[0]?.message).toContain("writable by");
    },
  );

  it.runIf(isRoot)("evaluates a user's config as that user, with a warning", async () => {
    const file = write({
      "supervisor.config.ts": "export default { programs: { web: { command: `echo ${process.getuid()}` } } };",
    });
    chownSync(folder, 65534, 65534);
    chownSync(file, 65534, 65534);
    const result = await loadFile(file);
    expect(messages(result)).toBe("");
    expect(result.outcome.ok && result.outcome.value.groups[0]?.processes[0]?.command).toBe("echo 65534");
    expect(result.warnings[0]?.message).toContain("belongs to uid 65534");
  });
});
