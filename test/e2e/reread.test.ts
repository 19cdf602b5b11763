import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { closePair, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// What makes a group new, changed or gone for `reloadConfig`: every option of every kind of program, edited in a group of its
// own, all in one edit, on both daemons.

interface Edit {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const edit = (name: string, before: string, after: string): Edit => ({ name, before, after });
/** An option that was not there. */
const given = (after: string, name = after.replaceAll(/\W+/g, "-")): Edit => edit(name, "", after);

const NUMBERED = "process_name=%(program_name)s_%(process_num)d\n";

const streams = (["stdout", "stderr"] as const).flatMap((stream) => [
  edit(`${stream}-path`, `${stream}_logfile=@/a.log`, `${stream}_logfile=@/b.log`),
  edit(`${stream}-path-auto`, `${stream}_logfile=@/a.log`, ""),
  edit(`${stream}-auto-path`, "", `${stream}_logfile=@/a.log`),
  edit(`${stream}-auto-none`, "", `${stream}_logfile=NONE`),
  edit(`${stream}-none-auto`, `${stream}_logfile=NONE`, ""),
  edit(`${stream}-none-path`, `${stream}_logfile=NONE`, `${stream}_logfile=@/a.log`),
  edit(`${stream}-path-none`, `${stream}_logfile=@/a.log`, `${stream}_logfile=NONE`),
  edit(`${stream}-same-path`, `${stream}_logfile=/tmp/a.log`, `${stream}_logfile=/tmp/../tmp/a.log`),
  edit(`${stream}-same-size`, `${stream}_logfile_maxbytes=1MB`, `${stream}_logfile_maxbytes=1048576`),
  edit(`${stream}-syslog-old`, `${stream}_syslog=true`, `${stream}_logfile=syslog`),
  edit(`${stream}-redirected-path`, "redirect_stderr=true", `redirect_stderr=true\n${stream}_logfile=@/a.log`),
  edit(`${stream}-redirected-size`, "redirect_stderr=true", `redirect_stderr=true\n${stream}_logfile_maxbytes=7`),
  ...["logfile_maxbytes=1", "logfile_backups=3", "capture_maxbytes=1", "events_enabled=true", "syslog=true"].map(
    (option) => given(`${stream}_${option}`),
  ),
  given(`${stream}_logfile=syslog`),
]);

const PROGRAMS: readonly Edit[] = [
  edit("nothing", "", ""),
  given("; only a comment\n\n"),
  given("no_such_option=1"),
  ...["command=sleep 2000", "command=sleep  1000", "directory=/tmp", "umask=022", "user=nobody", "user=root"].map(
    (option) => given(option, option.replaceAll(/\W/g, "-")),
  ),
  edit("umask-same", "umask=022", "umask=22"),
  edit("user-same", "user=root", "user=0"),
  ...["priority=5", "priority=999", "autostart=true", "autostart=OFF", "startsecs=2", "startsecs=1"].map((one) =>
    given(one),
  ),
  ...["autorestart=true", "autorestart=false", "autorestart=unexpected", "startretries=9"].map((one) => given(one)),
  ...["stopsignal=INT", "stopsignal=SIGTERM", "stopwaitsecs=9", "stopasgroup=true", "killasgroup=true"].map((one) =>
    given(one),
  ),
  edit("stopsignal-same", "stopsignal=TERM", "stopsignal=15"),
  edit("killasgroup-said", "stopasgroup=true", "stopasgroup=true\nkillasgroup=true"),
  given("exitcodes=0,2"),
  edit("exitcodes-order", "exitcodes=0,2", "exitcodes=2,0"),
  edit("exitcodes-twice", "exitcodes=0", "exitcodes=0,0"),
  given("redirect_stderr=true"),
  given("serverurl=http://x:1"),
  given("serverurl=AUTO"),
  given('environment=A="1"'),
  edit("environment-order", 'environment=A="1",B="2"', 'environment=B="2",A="1"'),
  edit("environment-same", 'environment=A="1"', "environment=A=1"),
  edit("environment-expanded", 'environment=A="%(program_name)s"', 'environment=A="environment-expanded"'),
  edit("numprocs", `numprocs=1\n${NUMBERED}`, `numprocs=2\n${NUMBERED}`),
  edit("numprocs-start", `numprocs=2\n${NUMBERED}`, `numprocs=2\nnumprocs_start=1\n${NUMBERED}`),
  given("process_name=other"),
  ...streams,
];

const SOCKETS: readonly Edit[] = [
  edit("cgi-socket", "socket=unix://@/s1", "socket=unix://@/s2"),
  edit("cgi-same", "socket=unix://@/s3", "socket=unix://@/conf/../s3"),
  ...["socket_mode=0777", "socket_owner=nobody", "socket_backlog=7"].map((option) =>
    edit(option.replaceAll("=", "-"), "socket=unix://@/s4", `socket=unix://@/s4\n${option}`),
  ),
  edit("cgi-host", "socket=tcp://LOCALHOST:PORT1", "socket=tcp://localhost:PORT1"),
  edit("cgi-other-host", "socket=tcp://localhost:PORT2", "socket=tcp://127.0.0.1:PORT2"),
];

const EVENTS = "events=TICK_5,PROCESS_STATE";
const LISTENERS: readonly Edit[] = [
  edit("ear-order", EVENTS, "events=PROCESS_STATE,TICK_5"),
  edit("ear-twice", EVENTS, "events=TICK_5,TICK_5,PROCESS_STATE"),
  edit("ear-case", EVENTS, "events=tick_5,process_state"),
  edit("ear-fewer", EVENTS, "events=TICK_5"),
  edit("ear-more", EVENTS, `${EVENTS},PROCESS_STATE_EXITED`),
  edit("ear-buffer", EVENTS, `${EVENTS}\nbuffer_size=20`),
  edit("ear-priority", EVENTS, `${EVENTS}\npriority=-2`),
  edit("ear-handler", EVENTS, `${EVENTS}\nresult_handler=supervisor.dispatchers:default_handler`),
];

const DEFAULTS = { command: "sleep 1000", autostart: "false" };

/** A section; what the options do not say is as above. */
function section(kind: string, name: string, options = ""): string {
  const rest = Object.entries(DEFAULTS).filter(([key]) => !new RegExp(`^${key}=`, "m").test(options));
  return `[${kind}:${name}]\n${rest.map(([key, value]) => `${key}=${value}\n`).join("")}${options}\n`;
}

const program = (name: string, options = ""): string => section("program", name, options);
const group = (name: string, options: string): string => `[group:${name}]\n${options}\n`;
const members = ["in1", "in2", "stays", "leaves1", "leaves2", "weighs", "has"].map((name) => program(name)).join("");

function sections(when: "before" | "after"): string {
  const kinds: [string, readonly Edit[]][] = [
    ["program", PROGRAMS],
    ["fcgi-program", SOCKETS],
    ["eventlistener", LISTENERS],
  ];
  return members + kinds.flatMap(([kind, edits]) => edits.map((one) => section(kind, one.name, one[when]))).join("");
}

const BEFORE =
  sections("before") +
  [program("joins"), program("turns"), program("converts"), program("gone")].join("") +
  group("order", "programs=in1,in2") +
  group("same", "programs=stays") +
  group("shrinks", "programs=leaves1,leaves2") +
  group("weight", "programs=weighs") +
  group("old-name", "programs=has");
const AFTER =
  sections("after") +
  [program("joins"), program("brand-new", "priority=1")].join("") +
  section("eventlistener", "turns", "events=TICK_5") +
  section("fcgi-program", "converts", "socket=unix://@/s5") +
  group("order", "programs=in2,in1") +
  group("same", "programs=stays") +
  group("shrinks", "programs=leaves1") +
  group("weight", "programs=weighs\npriority=1") +
  group("new-name", "programs=has,joins");

const pair = makePair();
/** What was answered: by the call, and by supervisorctl. */
const answers: { readonly lists: string; readonly printed: string }[] = [];

beforeAll(async () => {
  const both = await onBoth(pair, async (side: Side) => {
    const port = side.isOurs ? 17_100 : 17_200;
    const fill = (text: string): string => text.replaceAll("PORT1", `${port}`).replaceAll("PORT2", `${port + 1}`);
    side.write("conf/empty", "");
    side.configure(fill(BEFORE));
    await side.start();
    expect(await call(side, "reloadConfig")).toBe("[[[], [], []]]");
    side.configure(fill(AFTER));
    return { lists: await call(side, "reloadConfig"), printed: side.ctl("reread") };
  });
  answers.push(...both);
});
afterAll(() => closePair(pair));

test("the three lists are Supervisor's, in its order", () => {
  const [ours, real] = answers;
  expect(ours?.lists).toBe(real?.lists);
  expect(ours?.lists).toMatch(
    /^\[\[\['brand-new', 'leaves2', 'new-name'\], \[.*\], \['gone', 'joins', 'old-name'\]\]\]$/,
  );
});

test("supervisorctl prints the same", () => {
  expect(answers[0]?.printed).toBe(answers[1]?.printed);
});

describe("whether an edit of one option is a change is what Supervisor says", () => {
  const edits = [...PROGRAMS, ...SOCKETS, ...LISTENERS];
  const says = (side: number, name: string): boolean => answers[side]?.lists.includes(`'${name}'`) ?? false;
  test.each(edits)("$name", ({ name }) => {
    expect(says(0, name)).toBe(says(1, name));
  });
  test("and some are, some are not", () => {
    const changed = edits.filter(({ name }) => says(1, name)).length;
    expect(changed).toBeGreaterThan(50);
    expect(edits.length - changed).toBeGreaterThan(20);
  });
});
