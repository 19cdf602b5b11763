import { mkdirSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { freePort } from "../support/http.ts";
import { closePair, eventually, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";

// A daemon with a program in every state, and what it is told then; orders; servers. Debian's supervisord does it too.

let pair: readonly [Side, Side];
let ours: Side;
let real: Side;
beforeEach(() => {
  pair = makePair();
  [ours, real] = pair;
});
afterEach(() => closePair(pair));

/** Hears SIGTERM, and ends when a file says so. */
const SLOW = `sh -c 'trap "echo heard > @/heard" TERM; while [ ! -e @/end ]; do sleep 0.1; done'`;

/** A group for each state, so that they go down in a known order: the last first. */
const STATES = `
[program:backsoff]
command=/nope/x
startretries=1000
priority=1
[program:fatal]
command=/nope/y
startretries=0
priority=2
[program:exited]
command=true
startsecs=0
autorestart=false
priority=3
[program:off]
command=sleep 1000
autostart=false
priority=4
[program:runs]
command=sleep 1000
priority=5
[program:starting]
command=sleep 1000
startsecs=1000
priority=6
[program:slow]
command=${SLOW}
stopwaitsecs=45
priority=7
`;

/** In all states at once, the last of them STOPPING. */
async function inAllStates(side: Side): Promise<void> {
  side.configure(STATES, "loglevel=debug");
  await side.start();
  for (const name of ["runs", "slow"]) await side.until(`success: ${name} `);
  await side.until(/gave up: fatal/);
  await side.until(/exited: exited/);
  await side.until(/spawnerr: can't find command '\/nope\/x'/);
  void call(side, "stopProcess", "slow").catch(() => "the daemon has ended meanwhile");
  await eventually(() => side.read("heard") !== "");
}

/** What is said once it is told to go, but for what depends on the time that it takes. */
function goodbye(side: Side): string[] {
  const lines = side.lines();
  const first = lines.findIndex((line) => line.startsWith("WARN received"));
  const passing = /waiting for|\/nope\/x|output:|fd \d+ closed|SIGCHLD|entered RUNNING|backsoff|Connection/;
  return lines.slice(first).filter((line) => !passing.test(line));
}

describe("with a program in every state", () => {
  test("SIGTERM stops them in order, and further signals are told and change nothing", async () => {
    await onBoth(pair, async (side) => {
      await inAllStates(side);
      const { pid } = side;
      side.signal("SIGTERM");
      await side.until(/waiting for .* to die/);
      for (const [signal, line] of [
        ["SIGINT", "received SIGINT indicating exit request"],
        ["SIGHUP", "ignored SIGHUP indicating restart request (shutdown in progress)"],
        ["SIGUSR2", "supervisord logreopen"],
        ["SIGQUIT", "received SIGQUIT indicating exit request"],
      ] as const) {
        side.signal(signal);
        await side.until(line);
      }
      // It is not started while it all goes down, whatever is asked.
      expect(side.ctl("start", "off")).toMatch(/SHUTDOWN_STATE|shutting down/);
      side.write("end", "");
      await eventually(() => side.pid === 0);
      expect(pid).toBeGreaterThan(0);
    });
    expect(goodbye(ours)).toEqual(goodbye(real));
    const killed = goodbye(ours).filter((line) => line.startsWith("DEBG killing"));
    expect(killed.map((line) => /killing (\w+)/.exec(line)?.[1])).toEqual(["starting", "runs"]);
  });

  test("SIGHUP stops them in order, and starts those that start by themselves", async () => {
    await onBoth(pair, async (side) => {
      await inAllStates(side);
      side.signal("SIGHUP");
      await side.until(/waiting for .* to die/);
      // A second one is told, too.
      side.signal("SIGHUP");
      await side.until(/restart request\n[^]*restart request\n/);
      side.write("end", "");
      await side.until(/supervisord started[^]*supervisord started[^]*gave up: fatal/);
      await side.until(/supervisord started[^]*supervisord started[^]*success: runs/);
      await eventually(() => /starting +STARTING/.test(side.ctl("status")));
    });
    const states = (side: Side): string[] =>
      side
        .ctl("status")
        .split("\n")
        .map((line) => line.split(/ +/).slice(0, 2).join(" "))
        // With its flag set it ends at once, again and again.
        .filter((line) => !line.startsWith("slow"));
    expect(states(ours)).toEqual(states(real));
    const stops = (side: Side): string[] =>
      goodbye(side).filter((line) => /^(DEBG killing|WARN (received|stopped))/.test(line));
    expect(stops(ours)).toEqual(stops(real));
  });

  test("whoever waits to retry is not waited for, if the others of the first group to go are down", async () => {
    await onBoth(pair, async (side) => {
      side.configure(
        "[program:never]\ncommand=/nope/x\nstartretries=1000\n[program:off]\ncommand=cat\nautostart=false\npriority=1\n",
      );
      await side.start();
      await side.until(/spawnerr: can't find command/);
      await side.stop();
    });
    const end = (side: Side): string[] => side.lines().filter((line) => !line.includes("/nope/x"));
    expect(end(ours)).toEqual(end(real));
  });
});

describe("orders", () => {
  test("all are started and stopped by group and then by the priority of the process, ascending, back to back", async () => {
    const programs = ["a:30", "b:10", "c:20", "h:1", "z:50"].map((each) => {
      const [name, priority] = each.split(":");
      return `[program:${name}]\ncommand=sleep 1000\nautostart=false\nstartsecs=0\npriority=${priority}\n`;
    });
    const order = (lines: readonly string[], pattern: RegExp): string =>
      lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).join(" ");
    const orders = await onBoth(pair, async (side) => {
      side.configure(`${programs.join("")}[group:g]\nprograms=a,b,c\npriority=5\n`, "loglevel=debug");
      await side.start();
      const said: string[] = [];
      let from = side.lines().length;
      for (const words of [
        ["start", "g:*"],
        ["stop", "g:*"],
        ["start", "all"],
        ["stop", "all"],
      ]) {
        // Each is told of when it is done, and who is done first is a matter of chance.
        said.push(
          side
            .ctl(...words)
            .split("\n")
            .sort()
            .join("\n"),
        );
        const lines = side.lines().slice(from);
        from = side.lines().length;
        said.push(order(lines, /spawned: '(\w)'/), order(lines, /DEBG killing (\w) \(/));
      }
      return said;
    });
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).toContain("h b c a z");
  });
});

describe("what is relative", () => {
  test("is so to the daemon's folder: commands and logs to that of directory=, files of its own to where it was started", async () => {
    for (const side of pair) {
      for (const name of ["d", "log"]) mkdirSync(side.path(name));
      side.write("d/run", "#!/bin/sh\necho $0 in $(pwd)\nexec sleep 1000\n", 0o755);
      side.write(
        "supervisord.conf",
        "[supervisord]\nlogfile=./main.log\npidfile=s.pid\ndirectory=d\nchildlogdir=log\n[unix_http_server]\nfile=s.sock\n" +
          "[supervisorctl]\nserverurl=unix://@/s.sock\n" +
          "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n" +
          "[program:rel]\ncommand=./run\nstdout_logfile=rel.log\n",
      );
    }
    await onBoth(pair, async (side) => {
      await side.start();
      await side.until("success: rel");
      expect(side.ctl("status", "rel")).toMatch(/RUNNING/);
    });
    const seen = (side: Side): string => side.read("d/rel.log").replaceAll(side.folder, "@");
    expect(seen(ours)).toBe(seen(real));
    expect(seen(ours)).toBe("./run in @/d\n");
    expect(ours.lines()).toEqual(real.lines());
    for (const side of pair) {
      expect(readdirSync(side.path("log"))).toEqual([expect.stringMatching(/^rel-stderr---supervisor-.{8}\.log$/)]);
    }
  });
});

describe("servers", () => {
  const URL =
    "[program:url]\ncommand=sh -c 'echo ${SUPERVISOR_SERVER_URL-none}; exec sleep 1000'\nstdout_logfile=@/url.log\n";
  const RPC =
    "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n";

  test.each([
    [
      "of both kinds, unix after inet",
      [
        "inet_http_server:b|port=127.0.0.1:0",
        "unix_http_server:u|file=@/u.sock",
        "unix_http_server:a|file=@/a.sock",
        "inet_http_server:a|port=localhost:0",
      ],
    ],
    [
      "of one kind, with and without a password",
      ["inet_http_server|port=127.0.0.1:0", "inet_http_server:z|port=LocalHost:0\nusername=u\npassword=p"],
    ],
    ["of which there are none", []],
  ])("%s: are opened in the same order, and programs are told of the same", async (_, sections) => {
    await onBoth(pair, async (side) => {
      let servers = "";
      for (const section of sections) {
        const [header = "", options = ""] = section.split("|");
        servers += `[${header}]\n${options.replace(":0", `:${await freePort()}`)}\n`;
      }
      side.write("supervisord.conf", `[supervisord]\nlogfile=@/main.log\npidfile=@/s.pid\n${servers}${RPC}${URL}`);
      await side.start();
      await side.until("success: url");
      await eventually(() => side.read("url.log") !== "");
    });
    expect(ours.lines()).toEqual(real.lines());
    const url = (side: Side): string =>
      side
        .read("url.log")
        .replaceAll(side.folder, "@")
        .replace(/\d{4,}/, "PORT");
    expect(url(ours)).toBe(url(real));
  });
});
