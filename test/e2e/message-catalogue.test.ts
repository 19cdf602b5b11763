import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeRequest } from "../../src/protocol/xml-rpc-encode.ts";
import { call, listenerCommand, untilNoted } from "../support/event-records.ts";
import { ask } from "../support/http.ts";
import { failing, NOT_SPAWNED, NUL_LOG, OWN_HANDLER, stumbling } from "../support/failing-stories.ts";
import { MESSAGES, patternOf, type Row, type Scenario } from "../support/message-catalogue.ts";
import { programs } from "../support/project.ts";
import { endRooted, prepareRooted, untilRooted } from "../support/rooted-program.ts";
import { closePair, eventually, makePair, normalLines, onBoth, type Side } from "../support/supervisord-pair.ts";

// Every message that Supervisor can log: provoked on both daemons in a few stories, and compared row by row.

const WORLD = `
[include]
files = conf.d/*.conf none/*.conf
[program:old]
command=true
autostart=false
stdout_logfile=syslog
[program:endless]
command=true
autostart=false
stdout_logfile_maxbytes=0
[program:both]
command=true
autostart=false
redirect_stderr=true
stderr_logfile=@/err.log
[program:fails]
command=/bin/false
startsecs=3
startretries=0
[program:ends]
command=sh -c 'sleep 2'
[program:nothere]
command=/nope/x
startretries=1000
[program:deaf]
command=sh -c 'trap "" TERM; while :; do sleep 0.2; done'
stopwaitsecs=1
[program:stubborn]
command=sh -c 'trap "" TERM; while :; do sleep 0.2; done'
stopwaitsecs=6
autostart=false
[program:polite]
command=sh -c 'trap "exit 0" USR1; while :; do sleep 0.1; done'
stopsignal=USR1
[program:family]
command=sleep 1000
stopasgroup=true
[program:puppet]
command=${join(programs, "puppet.sh")}
stdout_capture_maxbytes=1000
redirect_stderr=true
[fcgi-program:cgi]
command=sleep 1000
socket=unix://@/cgi.sock
[eventlistener:good]
command=${listenerCommand("@/good.rec")}
events=REMOTE_COMMUNICATION
[eventlistener:rejects]
command=${listenerCommand("@/rejects.rec", "fail", "1")}
events=REMOTE_COMMUNICATION
[eventlistener:noisy]
command=${listenerCommand("@/noisy.rec", "noise")}
events=REMOTE_COMMUNICATION
[eventlistener:wrong]
command=sh @/wrong.sh
events=REMOTE_COMMUNICATION
[eventlistener:deafear]
command=sh @/deafear.sh
events=REMOTE_COMMUNICATION
buffer_size=1
`;

/** All that it said in each story, by line, without times and pids. */
const said = new Map<Scenario, [string[], string[]]>();
const pairs: (readonly [Side, Side])[] = [];

function newPair(): readonly [Side, Side] {
  const pair = makePair();
  pairs.push(pair);
  return pair;
}

function post(side: Side, body: string): Promise<unknown> {
  return ask(
    { socketPath: side.path("s.sock"), method: "POST", path: "/RPC2", headers: { "Content-Length": body.length } },
    body,
  );
}

/** Most of what there is to say, in one daemon's life. */
async function world(side: Side): Promise<string[]> {
  side.configure(WORLD, "loglevel=blather\ndirectory=/var");
  side.write("conf.d/a.conf", "[program:included]\ncommand=true\nautostart=false\n");
  side.write("wrong.sh", "printf 'READY\\n'; read -r line; printf 'RESULT many\\n'; exec sleep 1000\n");
  side.write("deafear.sh", "printf 'READY\\n'; exec sleep 1000 0<&-\n");
  await side.start(["-a", "300", "--minprocs", "2000"], {
    wrapper: ["prlimit", "--nofile=256:5000", "--nproc=1500:9000"],
  });
  for (const name of ["deaf", "polite", "family", "puppet", "cgi", "ends", "good", "rejects", "wrong", "deafear"]) {
    await side.until(`success: ${name} entered RUNNING`);
  }
  await side.until(/exited: ends/);
  await side.until(/gave up: fails/);
  await side.until("noisy: has entered the UNKNOWN state");
  for (const name of ["good", "rejects", "wrong", "deafear"]) await side.until(`${name}: ACKNOWLEDGED -> READY`);

  for (const kind of ["one", "two", "three"]) await call(side, "sendRemoteCommEvent", kind, "");
  await untilNoted(side, "good.rec", /type:three/);
  await untilNoted(side, "rejects.rec", /type:three/);
  await side.until("wrong: bad result line");
  await side.until(/pool deafear event buffer overflowed/);
  await call(
    side,
    "sendProcessStdin",
    "puppet",
    "printf '<!--XSUPERVISOR:BEGIN-->news<!--XSUPERVISOR:END-->'; echo later\n",
  );
  await side.until("emitted a comm event");
  await side.until("puppet' stdout output:");
  await post(side, "<nonsense");
  await post(side, "<methodCall><params></params></methodCall>");
  await call(side, "signalProcess", "puppet", "CONT");
  side.ctl("signal", "HUP", "nobodyknows");
  // In one request: it has not ended yet when it is to be started.
  const stopAndStart = ["stopProcess", "startProcess"].map((method) => ({
    methodName: `supervisor.${method}`,
    params: ["deaf", false],
  }));
  await post(side, encodeRequest("system.multicall", [stopAndStart]));
  await side.until("stopped: deaf");
  side.ctl("start", "deaf");
  for (const name of ["nothere", "deaf", "polite", "family", "cgi"]) side.ctl("stop", name);
  side.signal("SIGUSR2");
  await side.until("supervisord logreopen");
  return side.lines();
}

/** How it goes down, with everybody asking for something else. */
async function down(side: Side): Promise<string[]> {
  // Time enough for the signals that follow, however busy the machine is.
  side.ctl("start", "stubborn");
  side.signal("SIGHUP");
  await side.until(/waiting for .* to die/);
  side.signal("SIGTERM");
  await side.until("received SIGTERM");
  side.signal("SIGHUP");
  await side.until("ignored SIGHUP");
  await side.stop();
  return side.lines();
}

async function nobody(side: Side): Promise<string[]> {
  prepareRooted(side, "directory=@/secret");
  mkdirSync(side.path("secret"), { mode: 0o700 });
  mkdirSync(side.path("folder"));
  side.write("supervisord.conf", side.read("supervisord.conf").replace(/pidfile=.*/, "pidfile=@/folder"));
  chmodSync(side.path("auto"), 0o733);
  await side.start();
  await untilRooted(side);
  await side.until("success: rooted");
  await call(side, "signalProcess", "rooted", "USR1").catch(() => "");
  await side.until("unknown problem sending sig");
  const lines = side.lines();
  await endRooted(side);
  return lines;
}

/** In the foreground: what goes to a log that is about to be emptied is seen on stdout only. */
async function shown(side: Side): Promise<string[]> {
  prepareRooted(side, "");
  side.write("auto/old-stdout---supervisor-abcd1234.log", "");
  chmodSync(side.path("auto"), 0o755);
  const daemon = side.foreground();
  const heard = (text: string) =>
    eventually(
      () => daemon.said.stdout.includes(text),
      () => `${side.program}: ${daemon.said.stdout}${daemon.said.stderr}`,
    );
  await heard("success: rooted");
  await untilRooted(side);
  side.ctl("stop", "rooted");
  await heard("unknown problem killing");
  await call(side, "clearLog");
  await heard("reopening log file");
  expect(side.log).not.toContain("reopening log file");
  await endRooted(side);
  return normalLines(daemon.said.stdout, side.folder);
}

beforeAll(async () => {
  // They mostly wait, so they do it together.
  const tell = async (name: Scenario, story: (side: Side) => Promise<string[]>, pair = newPair()): Promise<void> =>
    void said.set(name, await onBoth(pair, story));
  const first = newPair();
  await Promise.all([
    tell("world", world, first).then(() => tell("down", down, first)),
    tell("nobody", nobody).then(() => tell("shown", shown)),
    tell("failing", failing).then(() => tell("stumbling", stumbling)),
  ]);
}, 300_000);

afterAll(() => Promise.all(pairs.map(closePair)));

const rows = (kind: string): [string, Row][] =>
  MESSAGES.filter(({ shown }) => kind in shown).map((row) => [`${row.level}: ${row.text.slice(0, 80)}`, row]);

describe("both say", () => {
  test.each(rows("by"))("%s", (_name, row) => {
    const [ours, real] = linesOf(row);
    expect(real.length).toBeGreaterThan(0);
    expect(ours).toEqual(real);
  });
});

/** The lines of a row, each once: how often something is said may depend on the time that it takes. */
function linesOf(row: Row): [string[], string[]] {
  if (!("by" in row.shown)) throw new Error("not shown");
  const pattern = patternOf(row);
  const { only = /./ } = row.shown;
  const [ours, real] = said.get(row.shown.by) ?? [[], []];
  const matching = (lines: string[]): string[] =>
    [...new Set(lines.filter((line) => pattern.test(line) && only.test(line)).map(withoutTiming))].sort();
  return [matching(ours), matching(real)];
}

/** Which events were in a full buffer is a matter of speed; a traceback and an error's number are Python's. */
function withoutTiming(line: string): string {
  return line
    .replace(/(discarding event|rebuffering event|sending event|event) \d+( events up to \d+)?/, "$1 N")
    .replace(/buf size=\d+/, "buf size=N")
    .replace(/(unknown problem [^:]*:).*/, "$1")
    .replace(/waiting for .* to die/, "waiting for NAMES to die");
}

describe("ours differs on purpose from", () => {
  const compatibility = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");
  test.each(rows("differs"))("%s", (_name, row) => {
    const { shown } = row;
    if (!("differs" in shown)) throw new Error("it does not");
    expect(compatibility).toContain(shown.differs);
    expect(linesAnywhere(row, "ours")).toEqual([]);
    // There it is really said by Supervisor, and ours has been through the same.
    const [ours, real] = typeof shown.in === "string" ? (said.get(shown.in) ?? []) : [["?"], ["?"]];
    expect(ours).not.toEqual([]);
    if (typeof shown.in === "string") expect(real?.filter((line) => patternOf(row).test(line))).not.toEqual([]);
    else expect(linesAnywhere(row, "real")).toEqual([]);
  });

  test.each([
    ["a handler of one's own", OWN_HANDLER, "own_handler:stumble cannot be resolved within [eventlistener:ear]"],
    ["a NUL in the name of a log", NUL_LOG, "contains a NUL character"],
  ])("%s: it is refused when the config is read", async (_name, option, words) => {
    const [side] = newPair();
    side.configure(`[eventlistener:ear]\ncommand=cat\nevents=EVENT\n${option}\n`);
    const { status, stderr } = await side.run(["-c", side.config]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe("both say why a process cannot be made", () => {
  test.each(NOT_SPAWNED)("%s: %s", (_call, _errno, text) => {
    const [ours, real] = said.get("failing") ?? [[], []];
    expect(real).toContain(`INFO spawnerr: ${text}`);
    expect(ours).toContain(`INFO spawnerr: ${text}`);
  });
});

/** The lines of a row in all stories. */
function linesAnywhere(row: Row, whose: "ours" | "real"): string[] {
  return [...said.values()].flatMap(([ours, real]) =>
    (whose === "ours" ? ours : real).filter((line) => patternOf(row).test(line)),
  );
}

test("Supervisor says nothing that is no row of the catalogue", () => {
  const known = MESSAGES.map(patternOf);
  const unknown = [...said.values()]
    .flatMap(([, real]) => real)
    .filter((line) => /^(CRIT|ERRO|WARN|INFO|DEBG|TRAC) /.test(line) && !known.some((pattern) => pattern.test(line)));
  expect(unknown).toEqual([]);
});

/** What ours warns of, and Supervisor does not. */
const OURS = /writable by everybody|everybody may write|could not be signalled, and runs on/;

test("ours says nothing of its own in these stories, but for its level debug", () => {
  const known = MESSAGES.map(patternOf);
  const unknown = [...said.values()]
    .flatMap(([ours]) => ours)
    .filter(
      (line) =>
        /^(CRIT|ERRO|WARN|INFO) /.test(line) && !OURS.test(line) && !known.some((pattern) => pattern.test(line)),
    );
  expect(unknown).toEqual([]);
});
