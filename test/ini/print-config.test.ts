import { mkdirSync, mkdtempSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readWithIncludes } from "../../src/ini/include.ts";
import { printTypeScript } from "../../src/ini/print-config.ts";
import { readIni } from "../../src/ini/read-ini.ts";
import { buildModel } from "../../src/model/build/build.ts";
import type { Config } from "../../src/model/config.ts";
import { validateConfig } from "../../src/model/schema/validate.ts";
import type { World } from "../../src/model/world.ts";
import { evaluatePrinted } from "./evaluate-printed.ts";
import { generateIni } from "./generate-ini.ts";
import { ENV, hostFiles, hostWorld, lenientWorld } from "./host.ts";

const CASES = Number(process.env["SUP_ORACLE_CASES"] ?? 1000);
const CORPUS = fileURLToPath(new URL("../fixtures/corpus/", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "sup-print-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface RoundTrip {
  readonly text: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Reads an ini file, prints it, evaluates what was printed, and builds both. `null` if the file has mistakes. */
function roundTrip(file: string, world: World): RoundTrip | null {
  const included = readWithIncludes(file, hostFiles, world);
  if (!included.ok) return null;
  const read = readIni(included.tree, world);
  const before = read.problems.length > 0 ? null : buildModel(read.config, world);
  if (!before?.ok) return null;
  const text = printTypeScript(included.tree, read);
  const config = evaluatePrinted(text, world);
  expect(validateConfig(config)).toMatchObject({ ok: true });
  return { text, before, after: buildModel(config as Config, world) };
}

function print(files: Readonly<Record<string, string>>, name: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  const file = join(folder, name, "supervisord.conf");
  const trip = roundTrip(file, hostWorld(file));
  if (!trip) throw new Error("the file has mistakes");
  expect(trip.after).toEqual(trip.before);
  return trip.text;
}

describe("a printed config", () => {
  it(`means the same as its source for ${CASES} generated files`, () => {
    let printed = 0;
    for (let seed = 0; seed < CASES; seed += 1) {
      const file = join(folder, `${seed}.conf`);
      const source = generateIni(seed);
      writeFileSync(file, source);
      const trip = roundTrip(file, hostWorld(file));
      if (!trip) continue;
      printed += 1;
      expect({ source, text: trip.text, model: trip.after }).toEqual({ source, text: trip.text, model: trip.before });
    }
    expect(printed).toBeGreaterThan(CASES * 0.5);
  });

  it("follows the environment as its source does: printed in one, it holds in another", () => {
    const other = {
      ...ENV,
      NUM: "8",
      WORD: "off",
      FOLDER: "/var",
      LEVEL: "warn",
      EVENTS: "tick_3600",
      PERCENT: "%(here)s%",
    };
    let compared = 0;
    for (let seed = 0; seed < 400; seed += 1) {
      const file = join(folder, `${seed}.conf`);
      const source = generateIni(seed);
      writeFileSync(file, source);
      const world = hostWorld(file, other);
      const trip = roundTrip(file, hostWorld(file));
      const there = roundTrip(file, world);
      if (!trip || !there || !source.includes("%(ENV_")) continue;
      compared += 1;
      const model = buildModel(evaluatePrinted(trip.text, world) as Config, world);
      expect({ source, text: trip.text, model }).toEqual({ source, text: trip.text, model: there.before });
    }
    expect(compared).toBeGreaterThan(100);
  });

  it("means the same as its source for the whole corpus", () => {
    const counts = { printed: 0, refused: 0 };
    for (const name of readdirSync(CORPUS).filter((each) => each.endsWith(".conf"))) {
      mkdirSync(join(folder, name));
      let file = join(folder, name, name);
      copyFileSync(join(CORPUS, name), file);
      if (!/^\[supervisord\]/m.test(readFileSync(file, "utf8"))) {
        file = join(folder, name, "main.conf");
        writeFileSync(file, `[supervisord]\n[include]\nfiles=${name}\n`);
      }
      const trip = roundTrip(file, lenientWorld(file));
      counts[trip ? "printed" : "refused"] += 1;
      if (trip)
        expect({ name, text: trip.text, model: trip.after }).toEqual({ name, text: trip.text, model: trip.before });
    }
    // As with Supervisor, see the README of the corpus.
    expect(counts).toEqual({ printed: 39, refused: 8 });
  });

  it.each([
    ["plain", "echo it's", `"echo it's"`],
    ["double", 'sh -c "echo hi"', `'sh -c "echo hi"'`],
    ["both", `sh -c 'echo "$X" \`date\` \${Y} \\n'`, "`sh -c 'echo \"$X\" \\`date\\` \\${Y} \\\\n'`"],
  ])("has the quotes that need the fewest backslashes (%s)", (name, command, printed) => {
    const text = print({ "supervisord.conf": `[supervisord]\n[program:a]\ncommand=${command}\n` }, `quotes-${name}`);
    expect(text).toContain(`command: ${printed},`);
  });

  it("keeps an option that has a comment, also at its default: the comment is about that one", () => {
    const lines = "stopwaitsecs=10 ; the queue needs long\nstartsecs=1\n; as everywhere\nautostart=true\nuser=root";
    const text = print({ "supervisord.conf": `[supervisord]\n[program:a]\ncommand=cat\n${lines}\n` }, "defaults");
    expect(text).toContain("stopwaitsecs: 10, // the queue needs long\n");
    expect(text).toContain("// as everywhere\n      autostart: true,\n");
    expect(text).not.toContain("startsecs");
  });

  it("reads like something a person wrote", () => {
    const main = [
      "; Our site",
      "[supervisord]",
      "nodaemon=true ; for Docker",
      "logfile_maxbytes=50MB",
      "",
      "[include]",
      "files = conf.d/*.conf",
      "",
      "[program:web]",
      "; two of them",
      "command=node server.js --port 30%(process_num)02d",
      "process_name=%(program_name)s_%(process_num)d",
      "numprocs=2",
      "directory=/srv/app",
      "user=root",
      "autostart=%(ENV_WORD)s",
      'environment=NODE_ENV="production",GREETING="say \\"hi\\""',
      "stopsignal=sigint",
      "umask=027",
      "stdout_logfile_maxbytes=10MB",
      "exitcodes=0,2",
      ";autorestart=true",
      "",
      ";[program:old]",
      ";command=old",
      "",
      "[program:worker]",
      "command=worker 100%%",
      "directory=/srv/app",
      "tty_mode=1",
    ].join("\n");
    const text = print(
      { "supervisord.conf": main, "conf.d/cron.conf": "[program:cron-1]\ncommand=%(here)s/cron `x` ${y}\n" },
      "nice",
    );
    expect(text.replaceAll(join(folder, "nice"), "<folder>")).toMatchInlineSnapshot(`
      "import { defineConfig } from "sup";

      /** A variable that must be set, as supervisord demands it of every %(ENV_x)s. */
      function env(name: string): string {
        const value = process.env[name];
        if (value === undefined) throw new Error(\`environment variable \${name} is not set\`);
        // Text such as %(here)s in a value stands for itself; doubled, sup does not expand it.
        return value.replace(/%+(?=\\((?:program_name|group_name|process_num|numprocs|here|host_node_name|ENV_[^()]*)\\))/g, "$&$&");
      }

      /** What supervisord takes for true. */
      function flag(text: string): boolean {
        if (!/^(yes|true|on|1|no|false|off|0)$/i.test(text)) throw new Error(\`not a valid boolean value: '\${text}'\`);
        return /^(yes|true|on|1)$/i.test(text);
      }

      const directory = "/srv/app";

      export default defineConfig({
        // Our site
        supervisord: {
          nodaemon: true, // for Docker
          logfile: "supervisord.log",
          pidfile: "supervisord.pid",
        },
        rpcinterface: [],
        programs: {
          web: {
            // two of them
            command: "node server.js --port 30%(process_num)02d",
            processName: "%(program_name)s_%(process_num)d",
            numprocs: 2,
            directory,
            user: "root",
            autostart: flag(env("WORD")),
            environment: {
              NODE_ENV: "production",
              GREETING: 'say "hi"',
            },
            stopsignal: "INT",
            umask: 0o027,
            stdoutLogfileMaxbytes: "10MB",
            exitcodes: [0, 2],
            // autorestart=true
          },

          // [program:old]
          // command=old
          worker: {
            command: "worker 100%",
            directory,
          },

          // conf.d/cron.conf
          "cron-1": {
            command: "%(here)s/conf.d/cron \`x\` \${y}",
          },
        },
      });

      // Not carried over:
      // supervisord.conf:30: unknown key tty_mode in [program:worker] is ignored (it was "1")
      "
    `);
  });

  it("reads the environment where its source did, and shares what several programs have in common", () => {
    const main = [
      "[supervisord]",
      "environment=MINE=1",
      "loglevel=%(ENV_LEVEL)s",
      "[inet_http_server]",
      "port=127.0.0.1:900%(ENV_NUM)s",
      "[program:a]",
      "command=%(ENV_PATH)s",
      "directory=%(ENV_FOLDER)s",
      'environment=OWN=2,PATH="/x:%(ENV_PATH)s"',
      "autorestart=%(ENV_WORD)s",
      "stdout_logfile=%(ENV_FOLDER)s/all-programs-in-one-file.log",
      "stdout_logfile_maxbytes=%(ENV_NUM)sMB",
      "[program:b]",
      "command=b %(ENV_MINE)s %(ENV_OWN)s %(ENV_WORD)-6s %%(ENV_NUM)s %(ENV_NUM)s",
      "directory=%(ENV_FOLDER)s",
      "environment=OWN=2,%(ENV_PAIRS)s",
      "stdout_logfile=%(ENV_FOLDER)s/all-programs-in-one-file.log",
      "[eventlistener:c]",
      "command=c",
      "events=%(ENV_EVENTS)s",
    ].join("\n");
    const text = print({ "supervisord.conf": main }, "environment");
    expect(text.slice(text.indexOf("const directory"))).toMatchInlineSnapshot(`
      "const directory = env("FOLDER");

      const stdoutLogfile = \`\${env("FOLDER")}/all-programs-in-one-file.log\`;

      export default defineConfig({
        supervisord: {
          environment: {
            MINE: "1",
          },
          loglevel: level(env("LEVEL")),
          logfile: "supervisord.log",
          pidfile: "supervisord.pid",
        },
        inetHttpServer: {
          port: \`127.0.0.1:900\${env("NUM")}\`,
          insecure: true,
        },
        rpcinterface: [],
        programs: {
          a: {
            command: "%(ENV_PATH)s",
            directory,
            environment: {
              OWN: "2",
              PATH: \`/x:\${env("PATH")}\`,
            },
            autorestart: restart(env("WORD")),
            stdoutLogfile,
            stdoutLogfileMaxbytes: bytes(\`\${env("NUM")}MB\`),
          },
          b: {
            command: \`b %(ENV_MINE)s %(ENV_OWN)s %(ENV_WORD)-6s %%(ENV_NUM)s \${env("NUM")}\`,
            directory,
            // What PAIRS held when this was imported is written out.
            environment: {
              OWN: "2",
              X: "1",
              Y: "two words",
            },
            stdoutLogfile,
          },
        },
        eventlisteners: {
          c: {
            command: "c",
            events: env("EVENTS").split(",").map((name) => name.trim()) as EventName[],
          },
        },
      });
      "
    `);
  });

  it("says which variable is not set", () => {
    const text = print({ "supervisord.conf": "[supervisord]\n[program:a]\ncommand=a %(ENV_NUM)s\n" }, "unset");
    const world = hostWorld(join(folder, "unset", "supervisord.conf"), {});
    expect(() => evaluatePrinted(text, world)).toThrow("environment variable NUM is not set");
  });

  it.each([
    ["priority", "not a whole number: ''"],
    ["stdout_logfile_maxbytes", "not a size: ''"],
  ])("takes an empty variable for no value of %s, as supervisord does", (key, message) => {
    const text = print({ "supervisord.conf": `[supervisord]\n[program:a]\ncommand=a\n${key}=%(ENV_NUM)s\n` }, "empty");
    const world = hostWorld(join(folder, "empty", "supervisord.conf"), { NUM: "" });
    expect(() => evaluatePrinted(text, world)).toThrow(message);
  });

  const oddities: [title: string, lines: string][] = [
    ["quotes, backticks and placeholders", "command=a `b` ${c} \"d\" 'e' \\f\n"],
    ["line ends inside a value", "command=one\n  two\n\n  three\n"],
    ["unicode, line separators and a BOM inside a value", "command=ü 🐍 a\u2028b\u2029c\ufeffd\n; also\u2028here\n"],
    ["literal percent signs before known names", "command=date +%%Y %%(here)s %%%(here)s %%%%(program_name)s\n"],
    ["an end of comment in a comment", "command=x\n; */ process.exit() //\n"],
    ["a variable inside a number", "command=x\nstartsecs=1%(ENV_NUM)s\nstdout_logfile_maxbytes=%(ENV_NUM)sKB\n"],
    ["variables that hold whole pairs", "command=x\nenvironment=A=1,%(ENV_PAIRS)s\n"],
    ["a variable that nothing reads", "numprocs=0\ncommand=%(ENV_UNSET)s\nstdout_logfile=%(ENV_UNSET)s.log\n"],
    ["a variable that the file itself sets", "command=%(ENV_MINE)s\nautostart=%(ENV_MINE)s\n"],
  ];
  it.each(oddities)("survives %s", (title, lines) => {
    print({ "supervisord.conf": `[supervisord]\nenvironment=MINE=1\n[program:a]\n${lines}` }, title);
  });

  it("survives names that are no identifiers or mean something to JavaScript", () => {
    const names = ["toString", "constructor", "a-b", "1st", "class", "it's", "`", "Ünï"];
    const sections = names.map((name) => `[program:${name}]\ncommand=x\n`);
    print({ "supervisord.conf": `[supervisord]\n${sections.join("")}` }, "names");
  });
});

describe("the folder of a file, where there are includes", () => {
  const tree = (folder: string, texts: Readonly<Record<string, string>>) => {
    const path = (name: string): string => `${folder === "/" ? "" : folder}/${name}`;
    const file = path("supervisord.conf");
    const world = { ...hostWorld(file), isDirectory: () => true };
    const access = {
      glob: (pattern: string) => [pattern],
      read: (from: string) => ({
        ok: true as const,
        text: Object.entries(texts).find(([name]) => path(name) === from)?.[1] ?? "",
      }),
    };
    const included = readWithIncludes(file, access, world);
    if (!included.ok) throw new Error(included.problem.message);
    const read = readIni(included.tree, world);
    const text = printTypeScript(included.tree, read);
    return { world, before: buildModel(read.config, world), config: evaluatePrinted(text, world) as Config };
  };
  const main = (command: string): string =>
    `[supervisord]\n[include]\nfiles=conf.d/a.conf ../b.conf\n[program:a]\ncommand=${command}\n`;

  it.each([
    ["/srv/app", "%(here)s/x /srv/app/y http://h/srv/app/z", "%(here)s/x /srv/app/y http://h/srv/app/z"],
    ["/", "%(here)s/x /bin/y http://h/z", "%(here)s/x /bin/y http://h/z"],
    ["/srv/app", "a %%%(here)s/x", "a %/srv/app/x"],
    ["/srv/$&$$", "%(here)s/x", "%(here)s/x"],
  ])("in %s, %s is what it was and nothing else", (folder, command, printed) => {
    const { world, before, config } = tree(folder, { "supervisord.conf": main(command) });
    expect(config.programs?.["a"]?.command).toBe(printed);
    expect(buildModel(config, world)).toEqual(before);
  });

  it("is that of an included file, if it is below", () => {
    const { config } = tree("/srv/app", {
      "supervisord.conf": `[DEFAULT]\nstdout_logfile=%(here)s/log\n${main("x")}`,
      "conf.d/a.conf": "[program:b]\ncommand=%(here)s/b /srv/app/conf.d/c\n",
      "../b.conf": "[program:c]\ncommand=%(here)s/c\n",
    });
    expect(config.programs?.["a"]?.stdoutLogfile).toBe("%(here)s/log");
    expect(config.programs?.["b"]).toEqual({
      command: "%(here)s/conf.d/b /srv/app/conf.d/c",
      stdoutLogfile: "/srv/app/conf.d/log",
    });
    expect(config.programs?.["c"]).toEqual({ command: "/srv/c", stdoutLogfile: "/srv/log" });
  });
});
