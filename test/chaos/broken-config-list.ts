/** A config that must not come into force, and what has to be said about it. */
export interface BrokenConfig {
  readonly kind: string;
  readonly text: string | Uint8Array;
  /** Files beside it. */
  readonly beside?: Readonly<Record<string, string>>;
  /** `file:line:column: error: message`, or its beginning. */
  readonly says: string;
  /** Mode of the config file. */
  readonly mode?: number;
  /** It takes the ten seconds that a config may take. */
  readonly long?: boolean;
}

export const TS = "supervisor.config.ts";
export const JSON_FILE = "supervisor.config.json";
export const INI = "supervisord.conf";

const SLEEP = '{ command: "sleep 1000", startsecs: 0 }';
const SECTION = "command=sleep 1000\nstartsecs=0\n";

/** Two programs that sleep. */
export const GOOD: Readonly<Record<string, string>> = {
  [TS]: `export default { programs: { a: ${SLEEP}, b: ${SLEEP} } };\n`,
  [JSON_FILE]: `{ "programs": { "a": ${SLEEP}, "b": ${SLEEP} } }`.replaceAll(/(command|startsecs):/g, '"$1":'),
  [INI]: `[supervisord]\n\n[program:a]\n${SECTION}\n[program:b]\n${SECTION}`,
};

const at =
  (file: string) =>
  (kind: string, text: string | Uint8Array, says: string, more: object = {}) => ({
    kind,
    text,
    says: `${file}:${says}`,
    ...more,
  });
const [ts, json, ini] = [at(TS), at(JSON_FILE), at(INI)];
/** One program, which fails in its second line. */
const program = (options: string): string => `export default {\n  programs: { a: { ${options} } },\n};\n`;
const section = (more: string): string => `[supervisord]\n[program:a]\ncommand=x\n${more}\n`;

/** Configs that do something to whoever evaluates them. */
export const HOSTILE: readonly BrokenConfig[] = [
  ts("throws", 'const a = 1;\nthrow new Error("boo");\n', "2:7: error: the config threw: boo"),
  {
    kind: "throws in a file that it imports",
    text: 'import "./lib.ts";\nexport default {};\n',
    beside: { "lib.ts": "\nnull.x;\n" },
    says: "lib.ts:2:6: error: the config threw: TypeError: Cannot read",
  },
  ts(
    "imports a missing file",
    '\nimport x from "./nope";\nexport default x;\n',
    '2:15: error: could not resolve "./nope"',
  ),
  {
    kind: "imports in a cycle, and uses what is not there yet",
    text: 'import { b } from "./b.ts";\nexport const a = 1;\nexport default { programs: b };\n',
    beside: { "b.ts": 'import { a } from "./supervisor.config.ts";\nexport const b = { n: a + 1 };\n' },
    says: "b.ts:2:23: error: programs.n is NaN",
  },
  ts("loops for ever", "for (;;) {}\n", "1:1: error: the config did not finish within 10 seconds and was killed", {
    long: true,
  }),
  ts(
    "fills the heap",
    // In large pieces: small ones take a busy machine longer than the ten seconds that a config has.
    "const a: unknown[] = [];\nwhile (true) a.push(new Array(100_000).fill(a.length));\n",
    "1:1: error: the config needs more than 256 MB of memory and was ended",
  ),
  ts(
    "allocates 2 GB at once",
    "const a = Buffer.alloc(2 ** 31, 1);\nexport default { n: a.length };\n",
    "1:18: error: the config threw: RangeError: Array buffer allocation failed",
  ),
  ts(
    "awaits what never comes",
    "await new Promise(() => {});\nexport default {};\n",
    "2:1: error: the config waits for something that never comes",
  ),
  ts("exits", "\nprocess.exit(0);\nexport default {};\n", "2:9: error: the config ended its process: process.exit(0)"),
  ts(
    "kills itself",
    'process.kill(process.pid, "SIGKILL");\nwhile (true);\n',
    "1:1: error: the config ended its process by signal SIGKILL",
  ),
  ts("aborts", "process.abort();\n", "1:1: error: the config ended its process by signal SIGABRT"),
  ts(
    "prints 100 MB, then throws",
    'for (let i = 0; i < 100; i++) process.stdout.write("x".repeat(1e6));\nthrow new Error("enough");\n',
    "2:7: error: the config threw: enough",
  ),
  ts(
    "writes files, then throws",
    'require("node:fs").writeFileSync("written", "x");\nthrow new Error("wrote");\n',
    "2:7: error: the config threw: wrote",
  ),
  ts(
    "spawns, then throws",
    'require("node:child_process").spawn("sleep", ["7654321"], { stdio: "inherit" });\nthrow new Error("did");\n',
    "2:7: error: the config threw: did",
  ),
  ts(
    "forks a daemon, then loops",
    'require("node:child_process").spawn("sleep", ["7654321"], { stdio: "ignore", detached: true }).unref();\nfor (;;) {}\n',
    "1:1: error: the config did not finish within 10 seconds and was killed",
    { long: true },
  ),
];

/** By the name of the config file. */
export const BROKEN: Readonly<Record<string, readonly BrokenConfig[]>> = {
  [TS]: [
    ts("a value missing", "export default {\n  programs: ,\n};\n", '2:13: error: unexpected ","'),
    ts(
      "a brace missing",
      "export default {\n  programs: {},\n",
      "3:1: error: expected identifier but found end of file",
    ),
    ts("a string without an end", 'export default { a: "sleep };\n', "1:30: error: unterminated string literal"),
    {
      kind: "a mistake in a file that it imports",
      text: 'import { n } from "./n.ts";\nexport default n;\n',
      beside: { "n.ts": "export const n = ;\n" },
      says: 'n.ts:1:18: error: unexpected ";"',
    },
    ts("a number as command", program("command: 5"), "2:29: error: programs.a.command must be text, found 5"),
    ts("an unknown option", program('comand: "x"'), "2:20: error: unknown option `comand` in programs.a"),
    ts("no command", program(""), "2:15: error: programs.a.command is missing"),
    ts(
      "an unknown signal",
      program('command: "x", stopsignal: "NOPE"'),
      "2:46: error: value 'NOPE' is not a valid signal",
    ),
    ts("an unknown user", program('command: "x", user: "nobody-here"'), "2:40: error: Invalid user name nobody-here"),
    ts(
      "an unknown dependency",
      program('command: "x", dependsOn: ["b"]'),
      "2:46: error: programs.a depends on unknown program b",
    ),
    ts(
      "dependencies in a circle",
      'export default {\n  programs: {\n    a: { command: "x", dependsOn: ["b"] },\n    b: { command: "x", dependsOn: ["a"] },\n  },\n};\n',
      "3:36: error: programs wait for one another in a circle: a -> b -> a",
    ),
    ts(
      "a group of nobody",
      'export default {\n  programs: { a: { command: "x" } },\n  groups: { g: { programs: ["c"] } },\n};\n',
      "3:29: error: [group:g] names unknown program or fcgi-program c",
    ),
    ts("nothing", "", "1:1: error: the config exports nothing"),
    ts("no export", "export const config = {};\n", "1:1: error: the config exports nothing"),
    ts("a function that returns nothing", "export default () => {};\n", "1:1: error: the config exports nothing"),
    ts("what JSON has not", program("command: () => 1"), "2:29: error: programs.a.command is a function"),
    ts(
      "not UTF-8",
      bytes(`// \\xff\n${GOOD[TS]}`),
      "1:4: error: this is not UTF-8: 'utf-8' codec can't decode byte 0xff",
    ),
    ts("writable by everybody", GOOD[TS] ?? "", "1:1: error: ", { mode: 0o666 }),
  ],
  [JSON_FILE]: [
    json(
      "cut short",
      '{ "programs": { "a": { "comm',
      "1:29: error: this is not valid JSON: unexpected end of the file",
    ),
    json("a comma too many", '{\n  "programs": {},\n}', '3:1: error: this is not valid JSON: unexpected "}"'),
    json("a list", "[]", "1:1: error: the config must be an object, found a list"),
    json("nothing", "", "1:1: error: this is not valid JSON: unexpected end of the file"),
    json("a key twice", '{ "programs": {}, "programs": {} }', "1:19: error: programs is given twice, first in line 1"),
    json("an unknown section", '{\n  "programms": {}\n}', "2:3: error: unknown option `programms` in the config"),
    json(
      "a negative number",
      '{ "programs": { "a": { "command": "x", "numprocs": -1 } } }',
      "1:52: error: programs.a.numprocs must be a whole number, 0 or more, found -1",
    ),
    json(
      "a port that does not exist",
      '{ "inetHttpServer": { "port": "127.0.0.1:99999" } }',
      "1:31: error: not a valid port number: '99999'",
    ),
    json("not UTF-8", bytes('{ "programs": { "a": { "command": "\\xff" } } }'), "1:36: error: this is not UTF-8: "),
    json("writable by everybody", GOOD[JSON_FILE] ?? "", "1:1: error: ", { mode: 0o666 }),
  ],
  [INI]: [
    ini(
      "a bracket missing",
      "[supervisord]\n[program:a\ncommand=x\n",
      '2:1: error: line 2 begins with "[" but is no section',
    ),
    ini("no section at all", "command=x\n", "1:1: error: File contains no section headers."),
    ini("a line that is nothing", section("huh"), "4:1: error: Source contains parsing errors: "),
    ini(
      "no command",
      "[supervisord]\n[program:a]\nstartsecs=1\n",
      "2:1: error: program section program:a does not specify a command",
    ),
    ini(
      "no number",
      section("startsecs=soon"),
      "4:1: error: invalid literal for int() with base 10: 'soon' in section",
    ),
    ini("no boolean", section("autostart=perhaps"), "4:1: error: not a valid boolean value: 'perhaps' in section"),
    ini(
      "an unknown signal",
      section("stopsignal=NOPE"),
      "4:1: error: value 'NOPE' is not a valid signal name in section",
    ),
    ini(
      "an unknown expansion",
      "[supervisord]\n[program:a]\ncommand=%(nope)s\n",
      "3:1: error: Format string '%(nope)s' for 'program:a.command' contains names ('nope')",
    ),
    ini("an unknown user", section("user=nobody-here"), "4:1: error: Invalid user name nobody-here in section"),
    ini("numprocs without a number in the name", section("numprocs=2"), "4:1: error: %(process_num) must be present"),
    ini("a group of nobody", "[supervisord]\n[group:g]\nprograms=c\n", "3:1: error: [group:g] names unknown program"),
    ini(
      "a listener without events",
      "[supervisord]\n[eventlistener:e]\ncommand=x\n",
      "2:1: error: [eventlistener:e] section",
    ),
    ini(
      "an unknown event",
      "[supervisord]\n[eventlistener:e]\ncommand=x\nevents=NOPE\n",
      "4:1: error: Unknown event type NOPE in [eventlistener:e] events",
    ),
    ini(
      "a log in a folder that is not there",
      section("stdout_logfile=/nope/a.log"),
      "4:1: error: The directory named as part of the path /nope/a.log does not exist",
    ),
    ini(
      "no supervisord section",
      "[program:a]\ncommand=x\n",
      "1:1: error: .ini file does not include supervisord section",
    ),
    ini("nothing", "", "1:1: error: .ini file does not include supervisord section"),
    ini("not UTF-8", bytes("[\\xff]\n"), "1:1: error: 'utf-8' codec can't decode byte 0xff"),
  ],
};

/** Text as bytes, with `\xff` for a byte that begins no character. */
function bytes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll("\\xff", "\xff"), "latin1");
}
