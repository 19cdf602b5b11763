import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadIni } from "../../src/ini/load-ini.ts";
import type { LoadedIni } from "../../src/ini/load-ini.ts";
import { fromModel, fromOracle } from "./comparable.ts";
import { generateIni } from "./generate-ini.ts";
import { hostFiles, hostWorld, lenientWorld } from "./host.ts";
import { askSupervisor } from "./oracle.ts";

const CASES = Number(process.env["SUP_ORACLE_CASES"] ?? 10_000);
const CORPUS = fileURLToPath(new URL("../fixtures/corpus/", import.meta.url));
const NAMES = readdirSync(CORPUS).filter((name) => name.endsWith(".conf"));

const folder = mkdtempSync(join(tmpdir(), "sup-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  for (const name of NAMES) {
    mkdirSync(join(folder, name));
    copyFileSync(join(CORPUS, name), join(folder, name, name));
  }
});

function load(file: string): LoadedIni {
  return loadIni({ ...hostFiles, file, world: hostWorld(file) });
}

/** What Supervisor lets pass and the model refuses. All else must agree. */
const REFUSED: readonly [message: RegExp, reason: string][] = [
  [/^Invalid name: /, "a variable must not smuggle a colon or a slash into the name of a process"],
  [/ has two processes called /, "the later of two processes with one name would silently replace the earlier"],
  [/ are two groups with the same name$/, "one of two groups with one name would silently never run"],
];

/** A model in the oracle's terms, or the first message. */
function verdict(loaded: LoadedIni): unknown {
  return loaded.outcome.ok ? fromModel(loaded.outcome.value) : loaded.outcome.problems[0]?.message;
}

describe("loading", () => {
  it(`gives the model or the message of Supervisor for ${CASES} generated files`, () => {
    const files = Array.from({ length: CASES }, (_, seed) => {
      writeFileSync(join(folder, `${seed}.conf`), generateIni(seed));
      return join(folder, `${seed}.conf`);
    });
    const answers = askSupervisor(files);
    let refused = 0;
    let accepted = 0;
    for (const [index, file] of files.entries()) {
      const answer = answers[index];
      if (!answer) throw new Error("no answer");
      const ours = verdict(load(file));
      if (answer.error === undefined) accepted += 1;
      if (answer.error === undefined && REFUSED.some(([message]) => message.test(String(ours)))) refused += 1;
      else expect({ file, is: ours }).toEqual({ file, is: answer.error ?? fromOracle(answer) });
    }
    console.log(
      `seeds 0 to ${CASES - 1}: Supervisor accepts ${accepted}, refuses ${CASES - accepted}; we are stricter with ${refused}`,
    );
    expect(refused).toBeLessThan(CASES * 0.1);
    // A generator that made only good or only bad files would prove half of it.
    expect(accepted).toBeGreaterThan(CASES * 0.3);
    expect(accepted).toBeLessThan(CASES * 0.7);
  });

  it("gives the model or the message of Supervisor for every file of the corpus", () => {
    const files = NAMES.map((name) => join(folder, name, name));
    const answers = askSupervisor(files);
    for (const [index, file] of files.entries()) {
      const answer = answers[index];
      if (!answer) throw new Error("no answer");
      expect({ file, is: verdict(load(file)) }).toEqual({ file, is: answer.error ?? fromOracle(answer) });
    }
  });

  it("agrees with the verdicts and counts that the corpus records", () => {
    const rows = [
      ...readFileSync(join(CORPUS, "README.md"), "utf8").matchAll(/^\| (\d\d-\S+) \|.*\| ([^|]+) \| ([^|]+) \|$/gm),
    ];
    expect(rows).toHaveLength(NAMES.length);
    for (const [, name = "", asIs = ""] of rows) {
      const file = join(folder, name, name);
      const { outcome } = load(file);
      const said = outcome.ok
        ? `accepted, ${outcome.value.groups.length} groups, ${outcome.value.groups.flatMap((group) => group.processes).length} processes`
        : // The README shows bare file names, the folder as <here>, first lines only and another environment.
          `\`Error: ${outcome.problems[0]?.message.split("\n")[0]?.replaceAll(`${folder}/${name}/${name}`, name).replaceAll(join(folder, name), "<here>")}\``;
      // Which users and folders there are is a matter of the host: then only the refusal can agree.
      if (/Invalid user|Invalid sockchown|directory named/.test(asIs)) {
        expect(outcome.ok).toBe(false);
        continue;
      }
      const short = (text: string): string => text.replace(/Available names: .*/, "");
      expect(`${name} ${short(said)}`).toBe(`${name} ${short(asIs)}`);
    }
  });

  it("agrees about the corpus with the checks of the host switched off", () => {
    const files = NAMES.map((name) => {
      const own = join(folder, name, name);
      if (/^\[supervisord\]/m.test(readFileSync(own, "utf8")) || name.startsWith("06")) return own;
      writeFileSync(join(folder, name, "main.conf"), `[supervisord]\n[include]\nfiles=${name}\n`);
      return join(folder, name, "main.conf");
    });
    const answers = askSupervisor(files, true);
    for (const [index, file] of files.entries()) {
      const answer = answers[index];
      if (!answer) throw new Error("no answer");
      const loaded = loadIni({ ...hostFiles, file, world: lenientWorld(file) });
      expect({ file, is: verdict(loaded) }).toEqual({ file, is: answer.error ?? fromOracle(answer) });
    }
  });
});

describe("what comes with a model", () => {
  it("lists the files, also after a mistake in the last one", () => {
    const file = join(folder, "files.conf");
    writeFileSync(file, "[supervisord]\n[include]\nfiles=files.d/*.conf\n");
    mkdirSync(join(folder, "files.d"));
    writeFileSync(join(folder, "files.d/b.conf"), "[program:b]\ncommand=b\n");
    writeFileSync(join(folder, "files.d/a.conf"), "[program:a]\ncommand=a\n");
    const both = [file, join(folder, "files.d/a.conf"), join(folder, "files.d/b.conf")];
    expect(load(file).files).toEqual(both);
    writeFileSync(join(folder, "files.d/b.conf"), "broken\n");
    const loaded = load(file);
    expect(loaded.files).toEqual(both);
    expect(loaded.outcome).toMatchObject({ ok: false, problems: [{ place: { file: both[2], line: 1, column: 1 } }] });
  });

  it("warns of unknown names with the known one that was probably meant", () => {
    const file = join(folder, "unknown.conf");
    writeFileSync(file, "[supervisord]\nlogfiel=/tmp/x\n[Program:a]\n[program:a]\ncommand=x\nstartsec=3\ntty_mode=1\n");
    expect(load(file).warnings).toMatchObject([
      { message: "unknown key logfiel in [supervisord] is ignored", hint: "did you mean logfile?", place: { line: 2 } },
      { message: "unknown section [Program:a] is ignored", hint: "did you mean [program:a]?", place: { line: 3 } },
      {
        message: "unknown key startsec in [program:a] is ignored",
        hint: "did you mean startsecs?",
        place: { line: 6 },
      },
      { message: "unknown key tty_mode in [program:a] is ignored", place: { line: 7 } },
    ]);
  });

  it.each([
    ["A=-x1 -x2", ["A"]],
    ["A=$HOME", ["A"]],
    ['C="three words",A=1,B=two words', ["B"]],
    ["A=1 extra B=2", ["A"]],
    ["A=1;B=2,C='x y',", []],
    ["A=%(ENV_PAIRS)s", []],
  ])("warns once of what Supervisor loses without a word: environment=%s", (text, keys) => {
    const file = join(folder, "lost.conf");
    const program = `[program:a]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num)s\nenvironment=${text}\n`;
    writeFileSync(file, `${program}[group:g]\nprograms=a\n[group:h]\nprograms=a\n[supervisord]\nenvironment=${text}\n`);
    const found = load(file).warnings.map(({ message, place }) => [message, place?.line]);
    const expected = (section: string, line: number) =>
      keys.map((key) => [`what is behind the value of ${key} in environment of [${section}] is ignored`, line]);
    expect(found).toEqual([...expected("supervisord", 11), ...expected("program:a", 5)]);
  });

  it("tells of what only the model finds in the words of the file, where it is written", () => {
    const file = join(folder, "words.conf");
    const words = (text: string): (string | number | undefined)[][] => {
      writeFileSync(file, `[supervisord]\n${text}`);
      const { outcome, warnings } = load(file);
      const problems = outcome.ok ? warnings : outcome.problems;
      return problems.map(({ message, place, hint }) => [message, place?.line, hint]);
    };
    const open = "has an unclosed quote, so that it cannot be started (No closing quotation)";
    const close = "close it, or double the backslash";
    expect(words("[program:a]\nnumprocs=1\ncommand=sh 'x\n")).toEqual([[`[program:a] command ${open}`, 4, close]]);
    expect(words("[fcgi-program:f.g]\nsocket=tcp://127.0.0.1:1\ncommand='\n")).toEqual([
      [`[fcgi-program:f.g] command ${open}`, 4, close],
    ]);
    expect(words("[eventlistener:e]\nevents=TICK_5\ncommand='\n")).toEqual([
      [`[eventlistener:e] command ${open}`, 4, close],
    ]);
    expect(words("[group:g]\nprograms=a\n[program:a]\ncommand='\n")).toEqual([
      [`[program:a] command ${open}`, 5, close],
    ]);
    expect(words("[group:g]\nprograms=f\n[fcgi-program:f]\nsocket=tcp://127.0.0.1:1\ncommand='\n")).toContainEqual([
      `[fcgi-program:f] command ${open}`,
      6,
      close,
    ]);
    expect(words("[program:a]\ncommand=x\n[eventlistener:a]\nevents=TICK_5\ncommand=x\n")).toMatchObject([
      ["[program:a] and [eventlistener:a] are two groups with the same name", 4, expect.any(String)],
    ]);
    expect(words("[group:g]\nprograms=a,b\n[program:a]\ncommand=x\n[program:b]\nprocess_name=a\ncommand=x\n")).toEqual([
      [
        "group g has two processes called a (of a and b)",
        2,
        "use %(program_name)s and %(process_num)02d in process_name, and each program once",
      ],
    ]);
  });

  it("warns of what is given twice in one file, with the line of the first", () => {
    const file = join(folder, "twice.conf");
    writeFileSync(file, "[supervisord]\n[program:a]\ncommand=x\ncommand=y\n[program:a]\nstartsecs=3\n");
    expect(load(file).warnings.map(({ message, place }) => [message, place?.line])).toEqual([
      ["key command in [program:a] was given before, in line 3: the last value counts", 4],
      ["section [program:a] was given before, in line 2: its keys are merged", 5],
    ]);
  });

  it.each([
    ["startsecs=high", "invalid literal for int() with base 10: 'high'", "startsecs takes a whole number of seconds"],
    ["numprocs=two", "invalid literal for int() with base 10: 'two'", "numprocs takes a whole number, 0 or more"],
    ["priority=high", "invalid literal for int() with base 10: 'high'", "priority takes a whole number"],
    [
      "stdout_logfile_maxbytes=5M",
      "invalid literal for int() with base 10: '5m'",
      "stdout_logfile_maxbytes takes a whole number of bytes, or one with KB, MB or GB such as 50MB",
    ],
    ["autostart=si", "not a valid boolean value: 'si'", "autostart takes true or false (or yes, no, on, off, 1, 0)"],
    ["stopsignal=TERMM", "value 'TERMM' is not a valid signal name", "did you mean TERM?"],
    ["user=no-such-user", "Invalid user name no-such-user", "there is no such user on this machine"],
  ])("keeps Supervisor's words for %s, and says what is allowed", (line, message, hint) => {
    const file = join(folder, "hint.conf");
    writeFileSync(file, `[supervisord]\n[program:a]\ncommand=x\n${line}\n`);
    const { outcome } = load(file);
    expect(outcome).toMatchObject({ ok: false, problems: [{ hint, place: { line: 4 } }] });
    // Of what the group has read, such as its priority, Supervisor does not say where it stands.
    const where = line.startsWith("priority") ? "" : ` in section 'program:a' (file: '${file}')`;
    expect(outcome.ok ? "" : outcome.problems[0]?.message).toBe(message + where);
  });

  it("places every mistake, all at once", () => {
    const file = join(folder, "all.conf");
    writeFileSync(file, "[supervisord]\numask=9\n[program:a]\nstartsecs = x\n  \n[program:b]\ncommand=%(nope)s\n");
    const { outcome } = load(file);
    const places = outcome.ok ? [] : outcome.problems.map(({ place }) => [place?.file, place?.line, place?.column]);
    expect(places).toEqual([
      [file, 2, 1],
      [file, 4, 1],
      [file, 3, 1],
      [file, 7, 1],
    ]);
  });
});
