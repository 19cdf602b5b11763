import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/event-records.ts";
import { closePair, eventually, lives, makePair, onBoth, type Side } from "../support/supervisord-pair.ts";
import { sendSignal } from "../support/send-signal.ts";

// The same programs under Debian's supervisord and ours at the same time: what the logs say of each must be the same.

const pair = makePair();
const [ours, real] = pair;

/**
 * Programs that come to rest by themselves, and the line that says that they have. Where a program ends at once, startsecs is
 * well above the second that Supervisor's loop may take to notice: on a slow machine it would call it RUNNING first.
 */
const RESTING: Readonly<Record<string, { readonly config: string; readonly last: RegExp }>> = {
  fails: { config: "command=/bin/false\nstartsecs=3\nstartretries=2", last: /gave up: fails entered FATAL/ },
  nothere: { config: "command=/nope/x\nstartretries=1", last: /gave up: nothere entered FATAL/ },
  code0: { config: "command=sh -c 'sleep 2; exit 0'", last: /exited: code0/ },
  othercode: {
    config: "command=sh -c 'sleep 2; exit 7'\nexitcodes=0,7",
    last: /exited: othercode/,
  },
  quick: { config: "command=/bin/true\nstartsecs=0\nautorestart=false", last: /exited: quick/ },
  tooquick: { config: "command=echo hello\nstartsecs=3\nstartretries=0", last: /gave up: tooquick/ },
  segv: { config: "command=sh -c 'sleep 2; kill -SEGV $$'\nautorestart=false", last: /exited: segv/ },
  nouser: { config: "command=true\ndirectory=/nonexistent\nstartsecs=3\nstartretries=0", last: /gave up: nouser/ },
  garbage: { config: "command=@/junk\nstartsecs=3\nstartretries=0", last: /gave up: garbage/ },
  isdir: { config: "command=true\nstdout_logfile=/tmp\nstartretries=0", last: /gave up: isdir/ },
  quote: { config: 'command=/bin/echo "abc\nstartretries=0', last: /gave up: quote/ },
  realtime: { config: "command=sh -c 'sleep 2; kill -40 $$'\nautorestart=false", last: /exited: realtime/ },
  core: { config: "command=sh -c 'sleep 2; kill -ABRT $$'\nautorestart=false\nexitcodes=0,134", last: /exited: core/ },
  empty: { config: "command=\nstartretries=0", last: /gave up: empty/ },
  relative: { config: "command=./nowhere/x\nstartretries=0", last: /gave up: relative/ },
  brokenuser: {
    config: "command=true\nuser=daemon\ndirectory=/root\nstartsecs=3\nstartretries=0",
    last: /gave up: brokenuser/,
  },
  hidden: {
    config: "command=true\nuser=daemon\ndirectory=/root/no-such-folder\nstartsecs=3\nstartretries=0",
    last: /gave up: hidden/,
  },
  folder: { config: "command=/tmp\nstartretries=0", last: /gave up: folder/ },
  notexec: { config: "command=/etc/passwd\nstartretries=0", last: /gave up: notexec/ },
  off: { config: "command=sleep 1000\nautostart=false", last: /supervisord started/ },
};

/** Programs that stay. */
const STAYING = `
[program:stays]
command=sleep 1000
[program:deaf]
command=sh -c 'trap "" TERM; while :; do sleep 0.2; done'
stopwaitsecs=2
[program:polite]
command=sh -c 'trap "exit 0" USR1; while :; do sleep 0.1; done'
stopsignal=USR1
[program:impolite]
command=sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
[program:parent]
command=sh -c 'sleep 1003 & echo $! > @/orphan; wait'
[program:parentofall]
command=sh -c 'sleep 1004 & echo $! > @/child; wait'
stopasgroup=true
[program:heard]
command=sh -c 'trap "" 34; exec sleep 1000'
[program:again]
command=sh -c 'sleep 2; exit 1'
[program:mute]
command=sh -c 'echo out; echo err >&2; exec sleep 1000'
stdout_logfile=
stderr_logfile =
[program:mixed]
command=sh -c 'echo out; echo err >&2; exec sleep 1000'
redirect_stderr=true
stdout_logfile=
stderr_logfile=
[program:envs]
command=sh -c 'echo both=$BOTH enabled=$SUPERVISOR_ENABLED name=$SUPERVISOR_PROCESS_NAME group=$SUPERVISOR_GROUP_NAME url=$SUPERVISOR_SERVER_URL; exec sleep 1000'
environment=BOTH="prog"
stdout_logfile=@/envs.log
redirect_stderr=true
`;

beforeAll(async () => {
  await onBoth(pair, async (side) => {
    const programs = Object.entries(RESTING).map(([name, { config }]) => `[program:${name}]\n${config}\n`);
    side.configure(programs.join("") + STAYING, 'loglevel=debug\nenvironment=BOTH="glob",SUPERVISOR_ENABLED="glob"');
    writeFileSync(side.path("junk"), "\u0001\u0002 this is no program", { mode: 0o755 });
    await side.start();
    for (const { last } of Object.values(RESTING)) await side.until(last);
    await side.until(/exited: again[^\n]*\n[^]*spawned: 'again'[^]*spawned: 'again'/);
  });
}, 120_000);

afterAll(() => closePair(pair));

/**
 * What it says of a program, but for details of the implementation (descriptors) and for a promotion after no time at all:
 * whether Supervisor gets to it before it notices the exit depends on its loop.
 */
function story(side: Side, name: string): string[] {
  return side.linesOf(name).filter((line) => !line.startsWith("DEBG") && !line.includes("than 0 seconds"));
}

describe("a program that comes to rest by itself", () => {
  test.each(Object.keys(RESTING))("%s has the same story in the log", (name) => {
    expect(story(ours, name)).toEqual(story(real, name));
  });

  test.each(Object.keys(RESTING))("%s is shown in the same state with the same reason", (name) => {
    const shown = (side: Side): string => side.ctl("status", name).replace(/\w{3} \d\d \d\d:\d\d [AP]M/, "TIME");
    expect(shown(ours)).toBe(shown(real));
  });

  test.each(["nouser", "garbage", "brokenuser", "hidden"])("%s says why on its own standard error", async (name) => {
    const said = (side: Side): string => side.ctl("tail", name, "stderr").replaceAll(side.folder, "@");
    expect(said(ours)).toBe(said(real));
    expect(said(ours)).toContain("supervisor: child process was not spawned");
  });

  test("retries wait one second longer each time", () => {
    const spawns = ours.log.split("\n").filter((line) => line.includes("spawned: 'fails'"));
    const times = spawns.map((line) => Date.parse(line.slice(0, 23).replace(" ", "T").replace(",", ".")));
    expect(times).toHaveLength(3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(2000);
  });
});

describe("a program that stays", () => {
  test("is restarted at once after an unexpected exit", () => {
    expect(story(ours, "again").slice(0, 4)).toEqual(story(real, "again").slice(0, 4));
  });

  test("sees the daemon's variables, then SUPERVISOR_*, then the configured ones on top", async () => {
    await onBoth(pair, (side) => eventually(() => side.read("envs.log").includes("url=")));
    const seen = (side: Side): string => side.read("envs.log").split("\n")[0]!.replaceAll(side.folder, "@");
    expect(seen(ours)).toBe(seen(real));
    expect(seen(ours)).toBe("both=prog enabled=glob name=envs group=envs url=unix://@/s.sock");
  });

  test.each(["mute", "mixed"])("%s: has no log if its name is empty", async (name) => {
    const [own, reference] = await onBoth(pair, async (side) => {
      await side.until(`success: ${name} `);
      const infos = await call(side, "getAllConfigInfo");
      const logs = /'name': 'NAME'[^}]*?'stderr_logfile': '([^']*)'[^}]*?'stdout_logfile': '([^']*)'/;
      return {
        story: story(side, name),
        said: [["status"], ["tail"], ["tail", "stderr"], ["clear"]].map(([action = "", ...rest]) =>
          side.ctl(action, name, ...rest).replace(/pid \d+, uptime .*/, ""),
        ),
        logs: new RegExp(logs.source.replace("NAME", name)).exec(infos)?.slice(1),
      };
    });
    expect(own).toEqual(reference);
  });

  test("is sent signals with the same words, also those that have no name", async () => {
    const signals = ["0", "CONT", "18", "sigcont", "65", "-1", "NOPE", "34", " 0 ", "RTMIN", "33"];
    const answers = await onBoth(pair, async (side) => {
      await side.until(/success: heard entered RUNNING/);
      return signals.map((signal) => side.ctl("signal", signal, "heard"));
    });
    expect(answers[0]).toEqual(answers[1]);
    const sent = (side: Side): string[] => side.linesOf("heard").filter((line) => line.includes("sending heard"));
    expect(sent(ours)).toEqual(sent(real));
    expect(sent(ours)[0]).toBe("DEBG sending heard (pid PID) sig signal 0");
  });

  test.each(["stays", "deaf", "polite", "impolite", "parent", "parentofall"])(
    "%s is stopped with the same words",
    async (name) => {
      const answers = await onBoth(pair, async (side) => {
        await side.until(new RegExp(`success: ${name} entered RUNNING`));
        return side.ctl("stop", name);
      });
      expect(answers[0]).toBe(answers[1]);
      const ending = (side: Side): string[] =>
        side.linesOf(name).filter((line) => !/output:|fd \d+ closed|waiting for/.test(line));
      expect(ending(ours)).toEqual(ending(real));
    },
  );

  test("leaves its children behind unless stopasgroup is set", async () => {
    await onBoth(pair, async (side) => {
      const orphan = Number(side.read("orphan"));
      expect(lives(orphan)).toBe(true);
      sendSignal(orphan, "SIGKILL");
      const child = Number(side.read("child"));
      await eventually(() => !lives(child));
    });
  });
});
