import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, type Ran } from "../ctl/run-ctl.ts";
import { REAL_SUPERVISORCTL, startRealSupervisord } from "../oracle/real-supervisord.ts";
import { evenOutput } from "../support/even-output.ts";
import { freePort } from "../support/http.ts";
import { startLegacyDaemon } from "../support/legacy-daemon.ts";
import { afterAnEdit, PROGRAMS as SHARED } from "../support/legacy-programs.ts";

/*
 * Every pair of client and daemon, theirs and ours, is taken through the same steps. What the client prints and its exit
 * status must be what Debian's supervisorctl says to Debian's supervisord, with pids, times and folders evened out.
 */
// Nothing in it ends within its startsecs by itself but `flaky`: whether Supervisor sees a start or an end first is chance.
const PROGRAMS = `${SHARED}
[program:gone]
command=/bin/sh -c "printf 0123456789; exec sleep 1000"
autostart=false
stdout_logfile=@/logs/gone.out
`;

const CHANGED = afterAnEdit(PROGRAMS);

const OUR_SUPERVISORCTL = resolve(import.meta.dirname, "../../bin/supervisorctl");

interface Daemon {
  readonly folder: string;
  readonly config: string;
  readonly inet: string;
  rewrite(programs: string): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly name: string;
  readonly ctl: string;
  readonly daemon: Daemon;
}

let pairs: Pair[] = [];

const started: Pick<Daemon, "stop">[] = [];

beforeAll(async () => {
  const start = async (ours: boolean): Promise<Daemon> => {
    const inet = `127.0.0.1:${await freePort()}`;
    const daemon = await (ours ? startLegacyDaemon(PROGRAMS, inet) : startRealSupervisord(PROGRAMS, inet));
    started.push(daemon);
    return { ...daemon, inet };
  };
  pairs = await Promise.all([
    pair("their client, their daemon", REAL_SUPERVISORCTL, start(false)),
    pair("our client, their daemon", OUR_SUPERVISORCTL, start(false)),
    pair("their client, our daemon", REAL_SUPERVISORCTL, start(true)),
    pair("our client, our daemon", OUR_SUPERVISORCTL, start(true)),
  ]);
  await Promise.all(pairs.map(settle));
});

// Also those whose neighbours did not come up.
afterAll(() => Promise.all(started.map((daemon) => daemon.stop())));

async function pair(name: string, ctl: string, daemon: Promise<Daemon>): Promise<Pair> {
  return { name, ctl, daemon: await daemon };
}

/** All begin from the same state: what starts by itself is up. */
async function settle({ daemon }: Pair): Promise<void> {
  await run(REAL_SUPERVISORCTL, ["-c", daemon.config, "start", "grp:*", "cat"], daemon.folder);
  for (;;) {
    const { stdout } = await run(REAL_SUPERVISORCTL, ["-c", daemon.config, "status"], daemon.folder);
    if (!stdout.includes("STARTING")) return;
  }
}

/** Each pair goes through the steps by itself, all pairs at the same time. */
/** Takes every daemon through the same steps, one after the other. Returns what was printed: everywhere the same. */
async function compareRuns(
  steps: readonly string[],
  commandFor: (pair: Pair, step: string) => readonly string[],
): Promise<Ran[]> {
  const said = await Promise.all(
    pairs.map(async (pair) => {
      const all: (Ran & { step: string })[] = [];
      for (const step of steps) {
        const [command = "", ...words] = commandFor(pair, step);
        const ran = await run(command, words, pair.daemon.folder);
        all.push({ step, ...evenOutput(step, ran, { folder: pair.daemon.folder, client: pair.ctl }) });
      }
      return all;
    }),
  );
  const [expected = [], ...others] = said;
  others.forEach((actual, index) =>
    expect({ pair: pairs[index + 1]?.name, said: actual }).toEqual({ pair: pairs[index + 1]?.name, said: expected }),
  );
  return expected;
}

/** The steps of supervisorctl, one a line. */
function compare(text: string): Promise<Ran[]> {
  return compareRuns(linesOf(text), ({ ctl, daemon }, step) => [ctl, "-c", daemon.config, ...step.split(" ")]);
}

function linesOf(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim());
}

describe("clients in other languages see the same in both daemons", () => {
  test("C's, which shows the type of each value", async () => {
    const calls = `supervisor.getAPIVersion
      supervisor.getState
      supervisor.getProcessInfo s/cat
      supervisor.getProcessInfo s/idle
      supervisor.getProcessInfo s/nosuch
      supervisor.startProcess s/idle b/t
      supervisor.startProcess s/idle b/f
      supervisor.stopProcess s/idle i/1
      supervisor.sendProcessStdin s/cat s/é€
      supervisor.tailProcessStdoutLog s/nosuch i/0 i/0
      supervisor.readLog d/1.5 d/2.5
      supervisor.nosuch
      system.listMethods
      system.methodSignature s/supervisor.startProcess
      supervisor.getState s/too s/many
      -password=wrong supervisor.getState`;
    const command = ({ daemon }: Pair, call: string): string[] => {
      const login = ["-username=user", ...(call.startsWith("-password") ? [] : ["-password=pass"])];
      return ["/usr/bin/xmlrpc", `http://${daemon.inet}/RPC2`, ...login, ...call.split(" ")];
    };
    const said = await compareRuns(linesOf(calls), command);
    expect(said[0]).toMatchObject({ stdout: "Result:\n\nString: '3.0'\n", stderr: "", status: 0 });
    expect(said.at(-1)?.stderr).toContain("HTTP response code is 401");
  });

  test("Perl's, which sends what looks like a number as one", async () => {
    const calls = [
      ["supervisor.getState"],
      ["supervisor.getProcessInfo", "idle"],
      ["supervisor.getProcessInfo", "né <&>"],
      ["supervisor.startProcess", "idle", true],
      ["supervisor.stopProcess", "idle", "0"],
      ["supervisor.stopProcess", "idle"],
      ["supervisor.readProcessStdoutLog", "idle", "-5", "0"],
      ["supervisor.nosuch"],
      [
        "system.multicall",
        [
          { methodName: "supervisor.getAPIVersion", params: [] },
          { methodName: "supervisor.getProcessInfo", params: ["nosuch"] },
          { methodName: "supervisor.sendProcessStdin", params: ["cat", "x".repeat(20_000)] },
        ],
      ],
    ].map((call) => JSON.stringify(call));
    const program = resolve(import.meta.dirname, "../programs/frontier-client.pl");
    const command = ({ daemon }: Pair): string[] => [
      "/usr/bin/perl",
      program,
      `http://user:pass@${daemon.inet}/RPC2`,
      ...calls,
    ];
    const [said] = await compareRuns(["all calls"], command);
    expect(said?.stdout.split("\n")[0]).toBe('{"statecode":"1","statename":"RUNNING"}');
  });
});

describe("supervisorctl says the same, whichever client talks to whichever daemon", () => {
  test("about what only looks", () =>
    compare(`status
      status all
      status cat cat:cat nosuch grp:* zz:* grp
      pid
      pid cat
      pid all
      pid nope
      avail
      version
      reread
      open http://127.0.0.1:1`));

  test("about starting and stopping", () =>
    compare(`start cat
      start nofile
      start notexec
      start zz
      start zz:*
      start flaky
      status flaky
      start nofile notexec flaky cat
      start gone
      stop gone
      stop idle
      stop zz
      stop zz:*
      stop cat
      stop cat
      start cat
      restart idle
      restart zz:* cat
      stop grp:*
      stop grp:*
      start grp:* cat:cat
      restart grp:a grp:b
      stop all
      status
      start grp:* cat idle`));

  test("about signals", () =>
    compare(`signal BAD cat
      signal BAD grp:*
      signal HUP zz zz:* nofile
      signal 0 cat
      signal 99 cat
      signal CONT grp:*
      signal cont all
      signal SIGCONT cat zz
      signal 18 cat
      signal CLD cat
      signal sigcld grp:*
      signal 32 cat
      signal 33 cat
      signal RTMIN nofile
      signal SIGRTMAX nofile
      status cat`));

  test("about logs", () =>
    compare(`start gone
      tail gone
      tail -4 gone
      tail -0 gone
      tail --4 gone
      tail gone stderr
      tail idle
      tail nosuch
      tail grp:*
      clear gone
      clear cat flaky
      clear zz
      clear all
      tail cat`));

  test("about a changed config", async () => {
    for (const { daemon } of pairs) daemon.rewrite(CHANGED);
    await compare(`reread
      reread
      avail
      add fresh
      add fresh
      add nosuch
      remove fresh
      stop fresh
      remove fresh
      remove nosuch
      update nosuch
      update fresh
      update
      update
      reread
      status`);
    for (const { daemon } of pairs) daemon.rewrite(PROGRAMS);
    await compare("update all\nupdate all\nreread\nstatus notexec fresh");
    for (const { daemon } of pairs) daemon.rewrite("[program:broken]\n");
    await compare("reread\nstatus cat");
    for (const { daemon } of pairs) daemon.rewrite(PROGRAMS);
    await compare("reread");
  });

  test("about a shutdown that takes its time, and about nobody being there", async () => {
    for (const { daemon } of pairs) daemon.rewrite(PROGRAMS.concat(STUBBORN));
    await compare("update");
    // Before its trap is set, a signal would end it.
    for (const { daemon } of pairs) await there(join(daemon.folder, "ready"));
    await compare(`shutdown
      status
      version
      pid
      avail
      reread
      update
      add x
      remove cat
      start cat
      stop cat
      tail cat
      signal HUP cat
      clear cat
      reload
      shutdown`);
    for (const { daemon } of pairs) writeFileSync(join(daemon.folder, "go"), "");
    for (const { daemon } of pairs) await gone(join(daemon.folder, "s.sock"));
    await compare("status\nshutdown\nversion");
  });
});

/** Ignores the signal to stop until it is let go. */
const STUBBORN = `
[program:stubborn]
command=/bin/sh -c "trap '' TERM; touch @/ready; while [ ! -e @/go ]; do sleep 0.1; done"
startsecs=0
stopwaitsecs=600
`;

async function there(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A file is gone: looked for again and again, for the folder tells nobody. */
async function gone(path: string): Promise<void> {
  while (existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}
