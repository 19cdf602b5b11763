import { readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REAL_SUPERVISORCTL, startRealSupervisord, type RealSupervisord } from "../oracle/real-supervisord.ts";
import { evenOutput } from "../support/even-output.ts";
import { freePort } from "../support/http.ts";
import { afterAnEdit, PROGRAMS as SHARED } from "../support/legacy-programs.ts";
import { buildCtl, run } from "./run-ctl.ts";

/*
 * Two real daemons with the same config: Debian's supervisorctl drives one, ours the other, through the same steps. What they
 * print and their exit statuses must be equal, with pids, times and folders evened out.
 */
const PROGRAMS = `${SHARED}
[program:gone]
command=/bin/sh -c "printf 0123456789; exec sleep 1000"
autostart=false
stdout_logfile=@/logs/gone.out
`;

const CHANGED = `${afterAnEdit(PROGRAMS)}startsecs=0\n`;

let theirs: RealSupervisord;
let ours: RealSupervisord;
let bundle: string;

beforeAll(async () => {
  bundle = buildCtl();
  [theirs, ours] = await Promise.all([startBoth(), startBoth()]);
});

afterAll(async () => {
  await Promise.all([theirs?.stop(), ours?.stop()]);
  rmSync(dirname(bundle), { recursive: true, force: true });
});

async function startBoth(): Promise<RealSupervisord> {
  const daemon = await startRealSupervisord(PROGRAMS, `127.0.0.1:${await freePort()}`);
  // Both begin from the same state: what starts by itself is up.
  const settled = ["start", "grp:*", "cat"];
  await run(REAL_SUPERVISORCTL, ["-c", daemon.config, ...settled], daemon.folder);
  for (;;) {
    const { stdout } = await run(REAL_SUPERVISORCTL, ["-c", daemon.config, "status"], daemon.folder);
    if (!stdout.includes("STARTING")) return daemon;
  }
}

/** Words of the command line; `@` stands for the daemon's folder. */
type Step = readonly string[];

async function compare(steps: readonly Step[], input = ""): Promise<void> {
  const expected: unknown[] = [];
  const actual: unknown[] = [];
  for (const step of steps) {
    const words = (daemon: RealSupervisord) =>
      ["-c", daemon.config, ...step].map((w) => w.replaceAll("@", daemon.folder));
    const [reference, own] = await Promise.all([
      run(REAL_SUPERVISORCTL, words(theirs), theirs.folder, input),
      run(process.execPath, [bundle, ...words(ours)], ours.folder, input),
    ]);
    const line = step.join(" ");
    expected.push({ step, ...evenOutput(line, reference, { folder: theirs.folder, client: REAL_SUPERVISORCTL }) });
    actual.push({ step, ...evenOutput(line, own, { folder: ours.folder, client: bundle }) });
  }
  expect(actual).toEqual(expected);
}

const steps = (text: string): Step[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/ +/));

describe("our supervisorctl prints what Supervisor's prints, and exits as it exits", () => {
  it("for what only looks", () =>
    compare(
      steps(`status
        status all
        status cat
        status cat cat
        status cat:cat
        status nosuch
        status grp:*
        status grp: cat grp:zz zz:*
        status grp
        status grp:a:b
        status,
        pid
        pid all
        pid cat
        pid cat idle nope grp:*
        avail
        version
        maintail -0x
        EOF`),
    ));

  it("for help", () =>
    compare([
      ...steps(`help
        ?
        ? tail
        help zz
        help help
        help EOF
        ?status`),
      ..."add avail clear exit fg maintail open pid quit reload remove reread restart shutdown signal start status stop"
        .split(" ")
        .concat("tail update version ?".split(" "))
        .map((name) => ["help", name]),
    ]));

  it("for missing, surplus and wrong arguments", () =>
    compare(
      steps(`start
        stop
        restart
        signal
        signal HUP
        tail
        tail -f
        tail a b c d
        tail cat foo
        tail cat foo STDERR
        tail -x cat
        tail -5
        tail x stdout zz
        tail cat it's
        tail cat 'it's"
        tail -1_0 nosuch
        tail -1__0 nosuch
        tail -_1 nosuch
        tail -f x zz
        tail nosuch
        tail grp:*
        tail idle
        maintail a b
        maintail foo
        maintail -x
        maintail -1_
        maintail --1_0x
        fg
        fg a b
        fg idle
        fg zz
        fg grp:*
        clear
        clear zz
        add
        add zz
        add cat
        remove
        remove zz
        remove cat
        avail x
        reread x
        version x
        shutdown x
        reload x
        open
        open ftp://x
        bogus
        bogus with words
        !ls
        quit now
        exit`),
    ));

  it("for starting, stopping and signalling", () =>
    compare(
      steps(`start cat
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
        start grp:* cat:cat
        restart grp:a grp:b
        signal BAD cat
        signal BAD grp:*
        signal HUP idle zz zz:*
        signal 0 cat
        signal CONT grp:*
        signal cont all
        signal SIGCONT cat zz
        stop idle nosuch
        stop cat all
        start grp:* cat`),
    ));

  it("for logs", () =>
    compare(
      steps(`tail gone
        tail -4 gone
        tail -0 gone
        tail --4 gone
        tail gone stderr
        tail gone STDOUT
        clear gone
        clear cat flaky
        tail cat`),
    ));

  it("for a command given as one quoted word, or as an empty one", () =>
    compare([["status cat grp:*"], ["signal CONT", "cat"], [""], ["  status   cat  "], ["?"], ["-x"]]));

  it("for changed config files", async () => {
    for (const daemon of [theirs, ours]) daemon.rewrite(CHANGED);
    await compare(
      steps(`reread
        avail
        add fresh
        add fresh
        remove fresh
        stop fresh
        remove fresh
        update nosuch
        update fresh
        update
        update
        reread
        status`),
    );
    for (const daemon of [theirs, ours]) daemon.rewrite(PROGRAMS);
    await compare(steps("update all\nupdate all\nreread\nstatus notexec fresh"));
    for (const daemon of [theirs, ours]) daemon.rewrite("[program:broken]\n");
    await compare(steps("reread"));
    for (const daemon of [theirs, ours]) daemon.rewrite(PROGRAMS);
  });

  it("for mistakes on the command line", () =>
    compare(
      steps(`--bogus
        -x
        -c
        --user
        -s zz status
        -s foo: status
        -s foo:bar status
        -s https://zz status
        -s https://zz tail -f x
        -s https://zz shutdown
        -s unix:@/s.sock status
        -s unix:// status
        -s unix://s.sock version
        -s unix://~/nothing version
        -s unix://@/s.sock/ version
        -s unix://@/${"x".repeat(110)} version
        -s http:// status
        -s http://127.0.0.1:1/RPC2 version
        -s http://127.0.0.1:abc version
        -s http://127.0.0.1:65536 reread
        -s http://*:1 version
        -i -i
        --h=3
        -u a -u b status
        -c /nonexistent status
        -c @ status
        --configuration
        -i version
        --interactive version
        --serverur=unix://@/s.sock version`),
    ));

  it("for a server that is not there", () =>
    compare(
      "status start stop restart signal tail maintail clear fg pid version shutdown avail reread update reload"
        .split(" ")
        .concat("add x|remove x|tail -f x|start x|status x|open http://127.0.0.1:1|maintail -f".split("|"))
        .flatMap((action) =>
          ["unix://@/nothing", "http://127.0.0.1:1"].map((url) => ["-s", url, ...action.split(" ")]),
        ),
    ));

  it("for a piped shell, which is not echoed and always ends with 0", async () => {
    await compare([[], ["-i"]], "version\npid nosuch\n\nstatus cat grp:*\n? quit\nbogus\n");
    await compare([[]], "version;pid\nquit\nversion\n");
    await compare([[]], "shutdown\nn\nreload\n\nexit\n");
    await compare([["-s", "unix://@/nothing"]], "version\n");
    await compare([["-i", "shutdown"]], "no\n");
  });
});

describe("authentication", () => {
  const address = () => /port=(\S+)/.exec(readFileSync(ours.config, "utf8"))![1]!;
  const version = (url: string, options: readonly string[] = []) =>
    run(process.execPath, [bundle, "-s", url, ...options, "version"], "/");
  const refused = {
    stdout:
      "Server requires authentication\n" +
      "error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 401 Unauthorized>: file: supervisorctl line: 1\n",
    stderr: "",
    status: 1,
  };

  it("is asked for in Supervisor's words, whatever is wrong and whatever is to be done", async () => {
    const url = `http://${address()}`;
    const wrong = [["-u", "user", "-p", "wrong"], ["-u", "wrong", "-p", "pass"], ["-u", "user", "-p", ""], []];
    const actions =
      "version|status|status cat|start all|tail cat|tail -f cat|maintail|pid|reread|update|fg cat|shutdown|help|bogus";
    const attempts = actions.split("|").map((action, index) => [...wrong[index % wrong.length]!, ...action.split(" ")]);
    for (const [attempt, input] of [...attempts.map((one) => [one, ""] as const), [[], ""] as const]) {
      const [theirs, own] = await Promise.all([
        run(REAL_SUPERVISORCTL, ["-s", url, ...attempt], ours.folder, input),
        run(process.execPath, [bundle, "-s", url, ...attempt], ours.folder, input),
      ]);
      const even = (ran: typeof own, client: string) =>
        evenOutput(attempt.join(" "), ran, { folder: ours.folder, client });
      expect(even(own, bundle), attempt.join(" ")).toEqual(even(theirs, REAL_SUPERVISORCTL));
    }
    expect(await version(url)).toEqual(refused);
  });

  it("passes with the name and password of the command line", async () => {
    const ran = await version(`http://${address()}`, ["-u", "user", "-p", "pass"]);
    expect(ran).toEqual({ stdout: "4.2.5\n", stderr: "", status: 0 });
  });

  it("sends nothing with a name alone, and ignores credentials in the URL", async () => {
    expect(await version(`http://${address()}`, ["-u", "user"])).toEqual(refused);
    expect(await version(`http://user:pass@${address()}`)).toEqual(refused);
  });

  it("asks for name and password when interactive, and again when they are wrong", async () => {
    const asked = await run(
      process.execPath,
      [bundle, "-s", `http://${address()}`, "-i", "version"],
      "/",
      "user\nwrong\nuser\npass\n",
    );
    expect(asked.stdout.match(/Server requires authentication\n/g)).toHaveLength(2);
    expect(asked.stdout.endsWith("\n4.2.5\n")).toBe(true);
    expect(asked.status).toBe(0);
  });
});
