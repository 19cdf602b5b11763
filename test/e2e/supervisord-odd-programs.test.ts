import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// Programs that are a little odd, under Debian's supervisord and ours at the same time.

const pair = makePair();
const [ours, real] = pair;
const shown = new Map<Side, string>();

/** Come to rest by themselves. `startsecs=3` for what ends at once: Supervisor looks once a second. */
const FAILING: Readonly<Record<string, string>> = {
  backslash: "command=x \\",
  noquote: "command=sh -c 'x",
  nothing: 'command=""',
  nothingand: 'command="" x',
  blanks: 'command=" " x',
  tilde: "command=~/x",
  variable: "command=$HOME/x",
  spaced: 'command="/nope/a b" c',
  quoted: "command='/nope/it''s' c",
  percent: "command=/nope/100%%",
  unicode: "command=/nope/żółw",
  indir: "command=./inside\ndirectory=@/d",
  emptypath: 'command=onlyinbin\nenvironment=PATH=""',
  otherpath: 'command=onlyinbin\nenvironment=PATH="/nope:/usr/bin"',
  nolog: "command=true\nstdout_logfile=@/circle",
  noerr: `command=true\nstderr_logfile=@/${"x".repeat(300)}`,
  loopdir: "command=true\ndirectory=@/circle",
  filedir: "command=true\ndirectory=@/file",
  script: "command=@/badscript",
  emptyfile: "command=@/emptyfile",
  noshebang: "command=@/noshebang",
};

/** Write what they see into a log; they stay. */
const SEEING: Readonly<Record<string, string>> = {
  mypath:
    'command=onlyinbin one "two  three" \'fo"ur\' fi\\ ve "s\\"i\\\\x\\n" \'\' a#b * $HOME ~\nenvironment=PATH="@/bin:%(ENV_PATH)s"',
  relpath: 'command=onlyinbin here\nenvironment=PATH="bin:/usr/bin:/bin"',
  argv0: "command=./outside zero",
  inside: "command=./everywhere\ndirectory=@/d",
  lines: "command=./outside\n  one\n\n  two",
  mask: "command=sh -c 'umask; exec sleep 1000'\numask=027",
  nomask: "command=sh -c 'umask; exec sleep 1000'",
  folder: "command=sh -c 'pwd; exec sleep 1000'\ndirectory=/var",
  who: "command=sh -c 'id; echo $USER $HOME $LOGNAME; exec sleep 1000'\nuser=daemon",
  whoid: "command=sh -c 'id; exec sleep 1000'\nuser=1",
  self: "command=sh -c 'id; exec sleep 1000'\nuser=root",
  group: "command=sh -c 'set -- $(ps -o pid=,pgid= -p $$); [ $1 = $2 ] && echo leads; exec sleep 1000'",
  limits: "command=sh -c 'ulimit -Sc; ulimit -Hn; nice; exec sleep 1000'",
  url: "command=sh -c 'echo ${SUPERVISOR_SERVER_URL-none}; exec sleep 1000'\nserverurl=http://%(program_name)s:1/",
  urlauto: "command=sh -c 'echo ${SUPERVISOR_SERVER_URL-none}; exec sleep 1000'\nserverurl= AuTo ",
  urlnone: "command=sh -c 'echo ${SUPERVISOR_SERVER_URL-none}; exec sleep 1000'\nserverurl=",
  urlown: "command=sh -c 'echo ${SUPERVISOR_SERVER_URL-none}; exec sleep 1000'\nenvironment=SUPERVISOR_SERVER_URL=own",
  home: 'command=sh -c \'echo $HOME $A; exec sleep 1000\'\nenvironment=HOME="/h",A="%(ENV_HOME)s %(program_name)s %(host_node_name)s"',
  stdin: "command=sh -c 'read line; echo got $line; exec sleep 1000'",
  both: "command=sh -c 'echo out; echo err >&2; exec sleep 1000'\nredirect_stderr=true",
};

/** Signals that end a program, but for those that Supervisor makes its children ignore. */
const DEADLY = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 24, 26, 27, 29, 30, 31, 34, 35, 63, 64];

/** By exit status, with exitcodes. */
const EXITS: Readonly<Record<string, string>> = {
  none: "command=sh -c 'sleep 4; exit 0'\nexitcodes=",
  high: "command=sh -c 'sleep 4; exit 255'\nexitcodes=255",
  blank: "command=sh -c 'sleep 4; exit 2'\nexitcodes= 0 , 2 ",
  other: "command=sh -c 'sleep 4; exit 1'\nexitcodes=0,2",
};

beforeAll(async () => {
  await onBoth(pair, async (side) => {
    const failing = Object.entries(FAILING).map(
      ([name, text]) =>
        `[program:${name}]\n${text}\nstartsecs=3\nstartretries=0\n${/^stderr_/m.test(text) ? "" : `stderr_logfile=@/${name}.err\n`}`,
    );
    const seeing = Object.entries(SEEING).map(
      ([name, text]) => `[program:see${name}]\n${text}\nstdout_logfile=@/see${name}.log\n`,
    );
    const deadly = DEADLY.map(
      (signal) => `[program:dies${signal}]\ncommand=sh -c 'sleep 4; kill -${signal} $$'\nautorestart=false\n`,
    );
    const exits = Object.entries(EXITS).map(([name, text]) => `[program:exit${name}]\n${text}\nautorestart=false\n`);
    side.configure([...failing, ...seeing, ...deadly, ...exits].join(""));
    mkdirSync(side.path("d"));
    const echoes = '#!/bin/sh\necho "$0"\nfor word; do printf "<%s>\\n" "$word"; done\nexec sleep 1000\n';
    side.write("bin/onlyinbin", echoes, 0o755);
    side.write("outside", echoes, 0o755);
    side.write("everywhere", "#!/bin/sh\necho from the folder of the daemon\n", 0o755);
    side.write("d/everywhere", "#!/bin/sh\necho from its own folder $0\nexec sleep 1000\n", 0o755);
    side.write("d/inside", echoes, 0o755);
    side.write("file", "");
    symlinkSync("circle", side.path("circle"));
    side.write("badscript", "#!/nope/interpreter\n", 0o755);
    side.write("emptyfile", "", 0o755);
    side.write("noshebang", "echo hi; sleep 1000\n", 0o755);
    await side.start();
    for (const name of Object.keys(FAILING)) await side.until(new RegExp(`gave up: ${name} |success: ${name} `));
    for (const signal of DEADLY) await side.until(new RegExp(`exited: dies${signal} `));
    for (const name of Object.keys(EXITS)) await side.until(new RegExp(`exited: exit${name} `));
    for (const name of Object.keys(SEEING)) await side.until(new RegExp(`success: see${name} |gave up: see${name}`));
    shown.set(side, side.ctl("status"));
  });
});
afterAll(() => closePair(pair));

/** What `supervisorctl status` shows of a program, without the time. */
function status(side: Side, name: string): string | undefined {
  const lines = shown.get(side)?.split("\n") ?? [];
  const line = lines.find((each) => each.startsWith(`${name} `));
  return line?.replace(/\w{3} \d\d \d\d:\d\d [AP]M/, "TIME").replaceAll(side.folder, "@");
}

describe("a program that cannot be started, or fails", () => {
  test.each(Object.keys(FAILING))("%s: has the same story, state and last words", (name) => {
    expect(ours.linesOf(name)).toEqual(real.linesOf(name));
    expect(status(ours, name)).toBe(status(real, name));
    expect(status(ours, name)).toBeDefined();
    const words = (side: Side): string => side.read(`${name}.err`).replaceAll(side.folder, "@");
    expect(words(ours)).toBe(words(real));
  });
});

describe("a program that ends", () => {
  test.each([...DEADLY.map((signal) => `dies${signal}`), ...Object.keys(EXITS).map((name) => `exit${name}`)])(
    "%s: is told of in the same words",
    (name) => {
      expect(ours.linesOf(name)).toEqual(real.linesOf(name));
      expect(status(ours, name)).toBe(status(real, name));
      expect(status(ours, name)).toBeDefined();
    },
  );
});

describe("a program that looks around", () => {
  test.each(Object.keys(SEEING))("%s: sees the same", async (name) => {
    await onBoth(pair, async (side) => {
      if (name === "stdin") await call(side, "sendProcessStdin", "seestdin", "a line\n");
      await eventually(() => side.read(`see${name}.log`) !== "");
    });
    const seen = (side: Side): string => side.read(`see${name}.log`).replaceAll(side.folder, "@");
    expect(seen(ours)).toBe(seen(real));
  });

  test("has its standard descriptors and no others, but for ours that tells of its end", async () => {
    const descriptors = (side: Side): string[] => readdirSync(`/proc/${side.ctl("pid", "seemask").trim()}/fd`);
    expect(descriptors(real)).toEqual(["0", "1", "2"]);
    expect(descriptors(ours)).toEqual(["0", "1", "120", "2"]);
  });
});
