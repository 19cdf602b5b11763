import { execa } from "execa";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, seen, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// What somebody meets who mistypes a name, or waits for something that does not come: a word, a status, and nothing left over.

const root = resolve(import.meta.dirname, "../..");
let project: Project;

function write(programs: Record<string, object>, groups: Record<string, object> = {}): void {
  project.write("supervisor.config.json", JSON.stringify({ programs, groups }));
}

describe("without a daemon", () => {
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.close());

  test.each([["-d"], ["--wait"], ["--no-watch"]])(
    "sup up %s with a name that there is not starts nothing at all",
    async (option) => {
      const started = join(project.folder, "started");
      write({ a: { command: `touch ${started}`, startsecs: 0 }, b: { command: `touch ${started}`, startsecs: 0 } });
      expect(await project.sup("up", option, "a", "TYPO")).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: "sup: there is no program, process or group TYPO\nNothing was started.",
      });
      expect(await project.sup("status")).toMatchObject({ exitCode: 3 });
      expect(existsSync(started)).toBe(false);
    },
  );

  test("whoever asks for one program is told how to start that, if the config has it", async () => {
    const sleeper = { command: "sleep 1005", autostart: false };
    write({ db: sleeper, web: { ...sleeper, dependsOn: ["db"] }, other: { command: "sleep 1006" } });
    const nothing = `sup: nothing is running for ${project.folder}/supervisor.config.json`;
    const said = async (...words: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await project.sup(...words);
      expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 3, stdout: "" });
      expect(stderr.startsWith(nothing), stderr).toBe(true);
      return stderr.slice(nothing.length + 1);
    };
    expect(await said("stop", "web")).toBe("");
    expect(await said("signal", "HUP", "web")).toBe("");
    expect(await said("start", "all")).toBe("Start it with: sup up");
    expect(await said("restart", "wbe", "db")).toBe(
      "And there is no program, process or group wbe (did you mean web?). Start it with: sup up",
    );
    expect(await said("restart", "other:*")).toBe(
      "Start it with: sup up 'other:*' (only that, with what it depends on)",
    );
    expect(await said("start", "web")).toBe("Start it with: sup up web (only that, with what it depends on)");
    // As `npx sup` it was called, since nothing else would find it.
    project.env["npm_lifecycle_event"] = "npx";
    expect(await said("start", "all")).toBe("Start it with: npx sup up");
    expect((await project.sup("init", "minimal")).stdout).toContain("then run: npx sup up");
    rmSync(join(project.folder, "supervisor.config.ts"));
    delete project.env["npm_lifecycle_event"];
    expect(await project.sup("up", "-d", "web")).toMatchObject({ exitCode: 0 });
    const states = ({ processes }: Status) => processes.map((one) => [one.namespec, one.state]);
    await project.until((now) => now.processes.filter((one) => one.state === "RUNNING").length === 2, "both of them");
    expect(states(await project.status()).sort()).toEqual([
      ["db", "RUNNING"],
      ["other", "STOPPED"],
      ["web", "RUNNING"],
    ]);
    await project.sup("down");
    project.write("supervisor.config.json", '{ "programs": 5 }');
    expect(await said("start", "web")).toBe("Nor could it be started, for there are mistakes in it: see `sup check`");
  });

  test("sup up of a config without programs says what it waits for", async () => {
    write({});
    const up = project.spawn(["up"]);
    await seen(up, /^sup: there are no programs in .*supervisor\.config\.json; waiting for an edit$/m);
    expect((await project.sup("status")).stderr).toMatch(/^sup: there are no programs in .*; waiting for an edit$/);
    write({ a: { command: "echo here I am", startsecs: 0, autorestart: false } });
    await seen(up, /here I am/);
    up.kill("SIGINT");
    expect((await up).exitCode).toBe(130);
  });

  test("what outlives a foreground sup up is named, as by sup down", async () => {
    write({ a: { command: `sh -c 'echo hi; sleep 5121; true'` } });
    const up = project.spawn(["up"]);
    await seen(up, /hi/);
    const ps = await project.sup("ps", "--json");
    const members = JSON.parse(ps.stdout)[0].members as { pid: number; command: string }[];
    const { pid = 0 } = members.find((one) => one.command === "sleep 5121") ?? {};
    up.kill("SIGINT");
    const { exitCode, stderr } = await up;
    expect(isAlive(pid)).toBe(true);
    sendSignal(pid, "SIGKILL");
    expect(exitCode).toBe(130);
    expect(stderr).toBe(
      `left running, by programs that are not stopped as a group (stopasgroup: true stops these too):\n  a: ${pid} (sleep 5121)`,
    );
  });

  test.each([
    { time: "0", said: "sup: shutting down; its end was not waited for" },
    { time: "10ms", said: "sup: still shutting down after 0.01 s" },
  ])("sup down --timeout $time has asked for the end when it gives up", async ({ time, said }) => {
    const go = join(project.folder, "go");
    const last = `while ! [ -e ${go} ]; do sleep 0.05; done; exit 0`;
    write({
      a: { command: `bash -c 'trap "${last}" TERM; echo here; while :; do sleep 0.1; done'`, stopwaitsecs: 600 },
    });
    const up = project.spawn(["up"]);
    await seen(up, /here/);
    const { processes } = await project.status();
    expect(await project.sup("down", "--timeout", time)).toEqual({ exitCode: 124, stdout: "", stderr: said });
    await project.until((now) => now.processes[0]?.state === "STOPPING", "the stop that was asked for");
    const down = project.spawn(["down"]);
    project.write("go", "");
    expect(await down).toMatchObject({ exitCode: 0 });
    expect(isAlive(processes[0]?.pid ?? 0)).toBe(false);
    await up;
  });

  test("a start ends when what the program depends on has failed for good, and says so", async () => {
    const no = { autostart: false };
    write({
      gone: { ...no, command: "no-such-command-anywhere", startretries: 0 },
      web: { ...no, command: "sleep 1021", dependsOn: { gone: "ready" } },
      far: { ...no, command: "sleep 1022", dependsOn: { web: "ready" } },
      once: { ...no, command: "false", startsecs: 0, autorestart: false },
      after: { ...no, command: "sleep 1023", dependsOn: { once: "completed" } },
    });
    await project.sup("up", "-d");
    for (const [name, why] of [
      ["web", "waiting for gone to be ready (gone is FATAL)"],
      ["far", "waiting for web to be ready (web is STOPPED)"],
      ["after", "waiting for once to complete (once has failed)"],
    ] as const) {
      expect(await project.sup("start", name)).toMatchObject({ exitCode: 1, stdout: `${name}: ${why}` });
      expect((await project.sup("restart", name)).stdout).toBe(`${name}: ${why}`);
      expect((await project.sup("status", name)).exitCode).toBe(1);
    }
  });

  test("sup up --wait ends when what the program depends on has failed for good, and shows it", async () => {
    write({
      gone: { command: "bash -c 'echo cannot find my hat; exit 3'", startretries: 0 },
      web: { command: "sleep 1031", dependsOn: { gone: "ready" } },
      far: { command: "sleep 1032", dependsOn: { web: "ready" } },
      well: { command: "sleep 1033", startsecs: 0 },
    });
    const { exitCode, stderr } = await project.sup("up", "--wait", "--timeout", "60s", "far");
    expect(stderr.split("\n")).toEqual([
      "far: STOPPED waiting for web to be ready (web is STOPPED)",
      "gone: FATAL exited too quickly once, last with status 3; gave up",
      "  gone | cannot find my hat",
    ]);
    expect(exitCode).toBe(1);
    expect((await project.sup("up", "--wait", "well")).exitCode).toBe(0);
    await project.sup("stop", "well");
    expect(await project.sup("up", "--wait")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("well: STOPPED stopped by an operator\nIt stays so until it is started: "),
    });
    const { processes } = await project.status();
    const heldUp = Object.fromEntries(processes.map(({ name, heldUpBy }) => [name, heldUpBy]));
    expect(heldUp).toEqual({ far: ["gone"], gone: [], web: ["gone"], well: [] });
  });

  test("a folder is no config, and from one that has gone none is looked for", async () => {
    write({ a: { command: "sleep 1034" } });
    expect(await project.sup("-c", ".", "up", "-d")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `sup: ${project.folder} is a folder\nName the config in it: \`sup -c supervisor.config.json\`.`,
    });
    expect((await project.sup("up", "-d", "")).stderr).toContain('there is no program, process or group ""');
    expect(await project.sup("logs", "-n", "99999999999999999999")).toMatchObject({ exitCode: 2 });
    const command = `mkdir gone && cd gone && rmdir ../gone && exec ${join(root, "bin/sup")} status`;
    const gone = await execa("sh", ["-c", command], { cwd: project.folder, env: project.env, reject: false });
    expect(gone).toMatchObject({ exitCode: 1 });
    expect(gone.stderr).toContain("The folder that this shell is in has been removed: change to one that exists.");
  });

  test("sup up --timeout is wrong use without --wait", async () => {
    expect(await project.sup("up", "-d", "--timeout", "5")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "error: option '--timeout' is for '--wait', which is missing: add it, or leave out both\n" +
        "`sup --help` lists the commands, `sup COMMAND --help` what each takes.",
    });
  });

  test("a stop, a sup down and the sup up after it say what they wait for", async () => {
    const go = join(project.folder, "go");
    const last = `while ! [ -e ${go} ]; do sleep 0.05; done; exit 0`;
    write({
      a: { command: `bash -c 'trap "${last}" TERM; echo here; while :; do sleep 0.1; done'`, stopwaitsecs: 600 },
    });
    const first = project.spawn(["up"]);
    await seen(first, /here/);
    const { pid } = await project.status();
    const asking = [project.spawn(["stop", "a"]), project.spawn(["down"])];
    for (const one of asking) await seen(one, /^a: stopping: SIGKILL follows in \d+ s$/m);
    const next = project.spawn(["up", "-d"]);
    await seen(
      next,
      new RegExp(`^sup: waiting for the daemon that ran before \\(pid ${pid}\\): it is still stopping`, "m"),
    );
    await seen(next, /^a: stopping: SIGKILL follows in \d+ s$/m);
    project.write("go", "");
    for (const one of [...asking, next]) expect(await one).toMatchObject({ exitCode: 0 });
    await first;
    expect((await project.status()).pid).not.toBe(pid);
  });
});

describe("with a daemon", () => {
  beforeAll(async () => {
    project = new Project();
    const go = join(project.folder, "go");
    const command = `sh -c 'while ! [ -e ${go} ]; do sleep 0.05; done; echo go; exec sleep 1002'`;
    write(
      {
        web: { command: "sh -c 'echo hello from web; exec sleep 1000'" },
        off: { command: "sleep 1001", autostart: false },
        bad: { command: "no-such-command-anywhere", autostart: false },
        slow: { command, autostart: false, startsecs: 0, health: { ready: { log: "go" } } },
        dep: { command: "sleep 1003", autostart: false, dependsOn: { slow: "ready" } },
      },
      { pair: { programs: ["web", "off"] } },
    );
    const up = await project.sup("up", "--wait");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => project.close());

  test("what was said with -c is in the hints, too", async () => {
    const up = project.spawn(["-c", "supervisor.config.json", "up"]);
    await seen(up, /hello from web/);
    up.kill("SIGINT");
    expect((await up).stdout).toMatch(/stop it with: sup -c supervisor\.config\.json down\)$/);
  });

  test("sup up NAME ends like sup start NAME", async () => {
    const error = "bad: can't find command 'no-such-command-anywhere'";
    expect(await project.sup("start", "bad")).toMatchObject({ exitCode: 1, stdout: error });
    expect(await project.sup("up", "-d", "bad")).toMatchObject({ exitCode: 1, stderr: error });
    expect(await project.sup("up", "--wait", "bad")).toMatchObject({ exitCode: 1, stderr: error });
    expect(await project.sup("up", "-d", "web")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await project.sup("up", "-d", "TYPO")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("there is no program, process or group TYPO"),
    });
  });

  test.each([
    { words: ["start", "dep"], said: "dep: started" },
    { words: ["restart", "dep", "off"], said: "pair:off: restarted\ndep: restarted" },
    { words: ["up", "-d", "dep"], said: "Already running: the config has not changed\ndep: started" },
  ])("sup $words says what a program waits for", async ({ words, said }) => {
    const asking = project.spawn(words);
    await seen(asking, /^dep: waiting for slow to be ready \(.+\)$/m);
    expect((await project.sup("status", "slow")).stdout).toMatch(/RUNNING .* uptime [\d:]+, not ready: \S/);
    project.write("go", "");
    const { exitCode, stdout, stderr } = await asking;
    expect(stdout.split("\n").sort()).toEqual(said.split("\n").sort());
    expect(exitCode, stderr).toBe(0);
    rmSync(join(project.folder, "go"));
    await project.sup("stop", "dep", "slow", "off");
  });

  test("sup up refuses an unknown name before it applies an edit; a new one it knows from the edit", async () => {
    await project.sup("down");
    await project.sup("up", "-d", "--no-watch");
    const { config } = await project.status();
    const text = readFileSync(join(project.folder, "supervisor.config.json"), "utf8");
    const edited = JSON.parse(text) as { programs: Record<string, object> };
    edited.programs["added"] = { command: "sleep 1009", autostart: false };
    project.write("supervisor.config.json", JSON.stringify(edited));
    expect(await project.sup("up", "-d", "aded")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: "sup: there is no program, process or group aded (did you mean added?)",
    });
    expect((await project.status()).config.generation).toBe(config.generation);
    expect(await project.sup("status", "added")).toMatchObject({ exitCode: 1 });
    expect(await project.sup("up", "-d", "added")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await project.sup("status", "added")).toMatchObject({ exitCode: 0 });
    project.write("supervisor.config.json", text);
    expect(await project.sup("up", "-d", "added")).toMatchObject({ exitCode: 1 });
    expect(await project.sup("update")).toMatchObject({ exitCode: 0 });
  });

  test("of all and of groups those are stopped and signalled that run; one that is named has to", async () => {
    expect(await project.sup("signal", "CONT", "all")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^pair:off: not running$/m),
    });
    const stopped = await project.sup("stop", "pair:*");
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^pair:web: stopped$/m) });
    expect(stopped.stdout).toMatch(/^pair:off: not running$/m);
    expect(await project.sup("stop", "all")).toMatchObject({ exitCode: 0 });
    expect(await project.sup("stop", "all", "off")).toMatchObject({ exitCode: 1 });
    expect(await project.sup("signal", "CONT", "pair:off")).toMatchObject({ exitCode: 1 });
    expect(await project.sup("start", "web")).toMatchObject({ exitCode: 0 });
  });

  test("options of the shell's actions are theirs", async () => {
    const follow = await project.sup("shell", "tail", "-f", "nobody");
    expect(follow.stdout).toBe("==> Press Ctrl-C to exit <==");
    expect(follow.stderr).toMatch(/\/logtail\/nobody\/stdout Cannot read, status code 404$/);
    expect((await project.sup("shell", "tail", "-100", "pair:web")).stdout).toContain("hello from web");
  });

  test("a place that cannot be written to is told in one line, a reader that has gone is not", async () => {
    const { env, folder: cwd } = project;
    const run = (script: string) =>
      execa("bash", ["-c", script, join(root, "bin/sup")], { cwd, env, extendEnv: false, reject: false });
    const full = await run('exec "$0" status > /dev/full');
    expect(full).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^sup: cannot write: ENOSPC.*$/) });
    expect(await run('"$0" status | :')).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("whoever asks a supervisor process that is stopped hears of it, and of the way out", async () => {
    const { supervisorPid, processes } = await project.status();
    sendSignal(supervisorPid, "SIGSTOP");
    const late = await project.sup("down", "--timeout", "1");
    expect(late.exitCode).toBe(124);
    expect(late.stderr).toMatch(/^sup: the supervisor process of .* did not answer within 1 s; nothing was stopped$/m);
    expect(late.stderr).toContain(`\`kill -9 ${supervisorPid}\` has it replaced`);

    const calls = [["plan"], ["stop", "off"], ["shell", "status"], ["up", "-d"], ["down"]];
    const asking = calls.map((words) => project.spawn(words));
    const word = new RegExp(
      `does not answer; .*\n\`kill -9 ${supervisorPid}\` has it replaced, and touches no program`,
    );
    await Promise.all(asking.map((call) => seen(call, word)));
    const [plan, , shell, up, down] = asking;
    down?.kill("SIGKILL");
    await down;
    sendSignal(supervisorPid, "SIGKILL");
    expect(await plan).toMatchObject({ exitCode: 0, stdout: "Nothing has changed." });
    expect((await shell)?.stdout).toMatch(/pair:web +RUNNING/);
    expect((await up)?.exitCode).toBe(0);
    const after = await project.status();
    expect(after.supervisorPid).not.toBe(supervisorPid);
    expect(after.processes.map((one) => one.pid)).toEqual(processes.map((one) => one.pid));
  });
});
