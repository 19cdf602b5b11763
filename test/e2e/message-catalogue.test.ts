import { existsSync, linkSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../support/http.ts";
import { CATALOGUE } from "../support/message-catalogue.ts";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// One life of both daemons in which all is done that makes them say something; then their logs are looked at, row by row.

const CONFIG = `
[include]
files=@/inc/*.conf @/none/*.conf
[program:stays]
command=sleep 1000
[program:deaf]
command=sh -c 'trap "" TERM; while :; do sleep 0.2; done'
stopwaitsecs=4
[program:slow]
command=sh -c 'trap "" TERM; while :; do sleep 0.2; done'
stopwaitsecs=7
[program:polite]
command=sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[program:whole]
command=sh -c 'sleep 1000; true'
stopasgroup=true
[program:fails]
command=false
startsecs=3
startretries=0
[program:missing]
command=/nope
startretries=0
[program:retries]
command=false
startsecs=3
startretries=100
[program:job]
command=sh -c 'sleep 2; exit 0'
[program:speaks]
command=sh -c 'echo hello; exec sleep 1000'
[program:norollover]
command=sleep 1000
autostart=false
stdout_logfile_maxbytes=0
stderr_logfile_maxbytes=0
[program:redirected]
command=sleep 1000
autostart=false
redirect_stderr=true
stderr_logfile=@/ignored
[fcgi-program:f]
command=sleep 1000
socket=unix://@/f.sock
[eventlistener:good]
command=/usr/bin/python3 @PROGRAMS/event_listener.py @/good.events ok
events=PROCESS_STATE
[eventlistener:refuser]
command=/usr/bin/python3 @PROGRAMS/event_listener.py @/refuser.events fail 1
events=PROCESS_STATE_RUNNING
[eventlistener:garbler]
command=sh -c 'echo READY; read line; echo RESULT nonsense; exec sleep 1000'
events=PROCESS_STATE
[eventlistener:noisy]
command=sh -c 'echo hello there; exec sleep 1000'
events=PROCESS_STATE
[eventlistener:muted]
command=sleep 1000
events=PROCESS_STATE
buffer_size=1
`;

let pair: readonly [Side, Side];
/** Of each: ours, then Supervisor's. */
let logs: readonly [string, string];

const post = (side: Side, body: string) =>
  ask(
    {
      socketPath: side.path("s.sock"),
      path: "/RPC2",
      method: "POST",
      headers: { "Content-Type": "text/xml", "Content-Length": body.length },
    },
    body,
  );

/** All that one daemon says in its life. */
async function life(side: Side): Promise<string> {
  side.write("inc/a.conf", "[program:included]\ncommand=sleep 1000\nautostart=false\n");
  side.configure(
    CONFIG.replaceAll("@PROGRAMS", join(import.meta.dirname, "../programs")),
    "loglevel=debug\nminfds=1100\nminprocs=200\ndirectory=@",
  );
  const limits = ["prlimit", "--nofile=1000:4000", "--nproc=150:10000"];
  await side.start([], { wrapper: limits });
  for (const line of [
    /success: stays entered/,
    /gave up: missing/,
    /gave up: fails/,
    /exited: job/,
    /exited: retries/,
    /good: event was processed/,
    /refuser: event was rejected/,
    /bad result line/,
    /noisy: has entered the UNKNOWN/,
  ])
    await side.until(line);
  side.ctl("signal", "WINCH", "stays");
  for (const name of ["stays", "polite", "whole", "deaf", "f"]) side.ctl("stop", name);
  // It is in BACKOFF for most of the time; a stop that hits one of its short lives is tried again.
  await eventually(() => {
    if (/Attempted to kill retries/.test(side.log)) return true;
    side.ctl("start", "retries");
    side.ctl("stop", "retries");
    return false;
  });
  await post(side, "nonsense");
  await post(side, "<methodCall><params/></methodCall>");
  side.signal("SIGUSR2");
  await side.until(/supervisord logreopen/);
  // The file is removed, and the word of it goes into the one that was: a second name keeps that.
  linkSync(side.path("main.log"), side.path("kept.log"));
  await post(side, "<methodCall><methodName>supervisor.clearLog</methodName><params/></methodCall>");
  side.signal("SIGHUP");
  await side.until(/received SIGHUP[^]*supervisord started[^]*success: slow/);
  side.signal("SIGTERM");
  await side.until(/received SIGTERM/);
  side.signal("SIGHUP");
  const { pid } = side;
  await side.until(/waiting for .* to die[^]*waiting for .* to die/);
  await eventually(() => pid === 0 || !lives(pid));
  return side.read("kept.log") + side.log;
}

beforeAll(async () => {
  pair = makePair();
  logs = await onBoth(pair, life);
});
afterAll(() => closePair(pair));

describe("Supervisor's catalogue of messages", () => {
  for (const row of CATALOGUE) {
    test(`${row.level} ${row.text}`, () => {
      if ("said" in row) {
        expect(logs[1], "Supervisor says it").toMatch(row.said);
        expect(logs[0], "and so do we").toMatch(row.said);
      } else if ("elsewhere" in row) {
        const [name, title] = row.elsewhere;
        const file = join(import.meta.dirname, name);
        expect(existsSync(file) && readFileSync(file, "utf8")).toContain(title);
      } else if ("differs" in row) {
        expect(readFileSync(join(import.meta.dirname, "../../docs/compatibility.md"), "utf8")).toContain(row.differs);
      } else expect(row.unreachable).not.toBe("");
    });
  }
});
