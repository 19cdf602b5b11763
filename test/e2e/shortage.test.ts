import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, seen, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// What is missing is really missing: a small disk that is full, limits that are reached, a pipe that nobody reads. Nothing may
// become FATAL for it, everything is said in `sup status`, and everything is well again once there is room.

let project: Project;
let mounted: string[];

beforeEach(() => {
  project = new Project();
  mounted = [];
});
afterEach(async () => {
  await project.sup("down");
  for (const disk of mounted) execFileSync("umount", ["-l", disk]);
  await project.close();
});

/** A disk of 4 MB. */
function smallDisk(name: string): string {
  const disk = join(project.folder, name);
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
  mounted.push(disk);
  return disk;
}

function fillUp(disk: string): void {
  try {
    writeFileSync(join(disk, "ballast"), Buffer.alloc(8 * 1024 * 1024));
  } catch {
    // That is how one finds out that it is full.
  }
}

function config(programs: Record<string, object>, rest: object = {}): void {
  project.write("supervisor.config.json", JSON.stringify({ programs, ...rest }));
}

const one = (status: Status, name: string): Status["processes"][number] => {
  const found = status.processes.find((process) => process.namespec === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const states = (status: Status): string[] => status.processes.map((process) => process.state);
const chatter = (file?: string): object => ({
  command: "sh -c 'while :; do echo a line of output; sleep 0.02; done'",
  startsecs: 0,
  ...(file === undefined ? {} : { stdoutLogfile: file }),
});

describe("a full disk", () => {
  test("with our sockets and state on it stops nobody; it is said, and made up for once there is room", async () => {
    const disk = smallDisk("disk");
    const env = { SUP_RUNTIME_DIR: join(disk, "run"), SUP_STATE_DIR: join(disk, "state") };
    Object.assign(project.env, env);
    config({
      web: chatter(),
      job: { command: "sleep 1000", startsecs: 0, stdoutLogfile: "NONE", stderrLogfile: "NONE" },
    });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    fillUp(disk);
    sendSignal(one(await project.status(), "job").pid, "SIGKILL");
    sendSignal(one(await project.status(), "web").pid, "SIGKILL");
    const full = await project.until(
      (status) => status.processes.every((process) => process.restarts === 1 && process.state === "RUNNING"),
      "both to be started again on the full disk",
    );
    expect(states(full)).toEqual(["RUNNING", "RUNNING"]);
    await project.until((status) => one(status, "web").dropped > 0, "lost output");
    const said = await project.sup("status");
    expect(said.stdout).toMatch(/web .*bytes of output lost, its output cannot be logged: the disk is full/);
    expect(said.stderr).toContain("trouble: programs cannot be recorded");
    // A config that is edited now cannot be kept.
    const environment = { PADDING: "x".repeat(100_000) };
    config({ web: chatter(), extra: { command: "sleep 1000", startsecs: 0, environment } });
    const edited = await project.sup("update");
    expect(edited.exitCode, edited.stderr).toBe(0);
    expect((await project.sup("status")).stderr).toContain("trouble: the config cannot be kept");

    const upgrade = await project.sup("upgrade");
    expect(upgrade.exitCode).toBe(1);
    expect(upgrade.stderr).toMatch(/^sup: cannot write .*upgrade\.json: ENOSPC.*\n.*programs run on/);

    rmSync(join(disk, "ballast"));
    const well = await project.until(
      (status) => one(status, "web").logTrouble === "" && status.troubles.length === 0,
      "all to be well again",
    );
    expect(readFileSync(one(well, "web").stdoutLogfile, "utf8")).toMatch(/^\[sup\] dropped \d+ bytes here: ENOSPC$/m);
    // What could not be recorded and kept then is now: the next keeper finds the same processes, and needs no config for that.
    project.write("supervisor.config.json", "{");
    sendSignal(well.pid, "SIGKILL");
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    expect(one(await project.status(), "web").pid).toBe(one(well, "web").pid);
    expect(states(await project.status())).toEqual(["RUNNING", "RUNNING"]);
  });

  test("or a removed folder costs a program its log, not its start", async () => {
    const disk = smallDisk("disk");
    const folder = join(project.folder, "logs");
    mkdirSync(folder);
    const gone = join(folder, "gone.log");
    config({ full: chatter(join(disk, "full.log")), gone: chatter(gone), auto: chatter() });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const first = await project.status();
    fillUp(disk);
    rmSync(folder, { recursive: true });
    rmSync(join(one(first, "auto").stdoutLogfile, ".."), { recursive: true });
    const restarted = await project.sup("restart", "all");
    expect(restarted.exitCode, restarted.stderr).toBe(0);
    const status = await project.until(
      (now) => one(now, "full").dropped > 0 && one(now, "gone").dropped > 0,
      "lost output of the programs without a log",
    );
    expect(states(status)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
    expect((await project.sup("status", "gone")).stdout).toContain("its output cannot be logged: its folder is gone");
    // A folder of ours is made anew.
    await untilTrue(() => /a line of output/.test(readFileSync(one(status, "auto").stdoutLogfile, "utf8")), "AUTO log");

    mkdirSync(folder);
    rmSync(join(disk, "ballast"));
    for (const file of [gone, join(disk, "full.log")])
      await untilTrue(() => existsSync(file) && /^\[sup\] dropped[^]*a line/m.test(readFileSync(file, "utf8")), file);
    const well = await project.until((now) => now.processes.every((each) => each.logTrouble === ""), "all to be well");
    expect(well.processes.every((each) => each.restarts === 0)).toBe(true);
  });
});

describe("a control socket that cannot be made", () => {
  test("as its path is too long, is told at once", async () => {
    project.env["SUP_RUNTIME_DIR"] = join(project.folder, "x".repeat(100));
    config({ a: { command: "sleep 1000" } });
    const up = await project.sup("up", "-d");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toMatch(
      /control\.sock: a socket's path has at most 107 bytes\. Name another place with SUP_RUNTIME_DIR\./,
    );
    expect((await project.sup("status")).exitCode).toBe(3);
  });

  test.each([
    [
      "SUP_RUNTIME_DIR",
      ["up", "-d"],
      /^sup: cannot make \/proc\/sup-test\/.*ENOENT.*\nName another place with SUP_RUNTIME_DIR/,
    ],
    [
      "SUP_STATE_DIR",
      ["up", "-d"],
      /^sup: cannot make \/proc\/sup-test\/.*ENOENT.*\nName another place with SUP_STATE_DIR/,
    ],
    ["SUP_RUNTIME_DIR", ["run", "--container"], /^sup: no place for sockets and state: \/proc\/sup-test\/.*\(ENOENT/],
  ])("as %s names a place where nothing can be made, is told by sup %j", async (variable, command, words) => {
    project.env[variable] = "/proc/sup-test";
    config({ a: { command: "sleep 1000" } });
    const refused = await project.sup(...command);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(words);
  });

  test("by a keeper after one that was killed, is told at once; programs are left as they are for the next", async () => {
    const disk = join(project.folder, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,nr_inodes=100", "tmpfs", disk]);
    mounted.push(disk);
    project.env["SUP_RUNTIME_DIR"] = join(disk, "run");
    config({ a: { command: "sleep 1000", startsecs: 0 } });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const before = await project.status();
    const ballast = join(disk, "ballast");
    mkdirSync(ballast);
    const full = Array.from({ length: 100 }, (_, at) => join(ballast, String(at))).some((file) => {
      try {
        writeFileSync(file, "");
        return false;
      } catch {
        return true;
      }
    });
    expect(full).toBe(true);
    sendSignal(before.pid, "SIGKILL");
    const up = await project.sup("up", "-d");
    expect(up.exitCode, up.stderr).toBe(1);
    expect(up.stderr).toContain("ENOSPC");
    // A stop needs a daemon as well.
    const down = await project.sup("down");
    expect(down.exitCode).toBe(1);
    expect(down.stderr).toMatch(/ENOSPC[^]*Programs run on/);
    const left = await project.sup("status");
    expect(left.exitCode).toBe(3);
    expect(left.stderr).toContain(`1 of its programs run on: a:a (${one(before, "a").pid})`);
    rmSync(ballast, { recursive: true });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    expect(one(await project.status(), "a").pid).toBe(one(before, "a").pid);
  });
});

test("a log of the daemon that cannot be opened any more does not leave programs without a supervisor", async () => {
  config(
    { a: { command: "sleep 1000", startsecs: 0 } },
    { supervisord: { logfile: join(project.folder, "logs/own.log") } },
  );
  mkdirSync(join(project.folder, "logs"));
  const up = await project.sup("up", "-d");
  expect(up.exitCode, up.stderr).toBe(0);
  const before = await project.status();
  rmSync(join(project.folder, "logs"), { recursive: true });
  project.write("logs", "no folder");
  sendSignal(before.supervisorPid, "SIGKILL");
  const after = await project.status();
  expect(after.supervisorPid).not.toBe(before.supervisorPid);
  expect(after.troubles).toEqual([expect.stringMatching(/^the daemon's own log is not written.*own\.log: ENOTDIR/)]);
  sendSignal(one(after, "a").pid, "SIGKILL");
  await project.until((status) => one(status, "a").restarts === 1 && one(status, "a").state === "RUNNING", "a restart");
  rmSync(join(project.folder, "logs"));
  mkdirSync(join(project.folder, "logs"));
  expect((await project.sup("upgrade")).exitCode).toBe(0);
  expect((await project.status()).troubles).toEqual([]);
});

describe("no more processes", () => {
  const UID = 54_322;

  test("lets programs wait, and start when there is room", async () => {
    const home = join(project.folder, "home");
    mkdirSync(home);
    execFileSync("chown", [String(UID), home]);
    chmodSync(project.folder, 0o755);
    config(
      Object.fromEntries(
        ["a", "b", "c"].map((name) => [name, { command: "sleep 1000", startsecs: 0, startretries: 0 }]),
      ),
    );
    Object.assign(project.env, { SUP_RUNTIME_DIR: join(home, "run"), SUP_STATE_DIR: join(home, "state"), HOME: home });
    const sup = join(realpathSync("."), "bin/sup");
    const asUser = ["--reuid", String(UID), "--regid", String(UID), "--clear-groups", sup, "up", "-d"];
    const up = await execa("setpriv", asUser, {
      cwd: project.folder,
      env: project.env,
      extendEnv: false,
      reject: false,
    });
    expect(up.exitCode, up.stderr).toBe(0);
    const first = await project.status();
    // Only the user's own processes, and the soft limit: that needs no privilege that root may lack in a container.
    const limit = (soft: number): void => {
      const command = ["prlimit", "--pid", String(first.pid), `--nproc=${soft}:`];
      execFileSync("setpriv", ["--reuid", String(UID), "--regid", String(UID), "--clear-groups", ...command]);
    };
    limit(1);
    for (const name of ["a", "b"]) sendSignal(one(first, name).pid, "SIGKILL");
    const full = await project.until(
      (status) => ["a", "b"].every((name) => one(status, name).state === "BACKOFF"),
      "both to find no room",
    );
    expect(one(full, "a").why).toMatch(/Too many processes in process table to spawn 'a'/);
    // The supervisor itself is not spared either: it comes back as soon as it can, and nothing else is touched.
    sendSignal(full.supervisorPid, "SIGKILL");
    const waiting = project.spawn(["status"]);
    await seen(waiting, /no supervisor process of .* runs, and its keeper cannot start one yet[^]*crash\.log/);
    limit(4000);
    expect((await waiting).stdout).toMatch(/^c +RUNNING/m);
    // That there was no room is no fault of the supervisor's, and is said once.
    expect((await project.status()).troubles).toEqual([]);
    const said = readFileSync(/in (\/.*crash\.log)/.exec((await waiting).stderr)?.[1] ?? "", "utf8");
    expect(said.match(/the supervisor cannot be started: .*EAGAIN; trying again/g)).toHaveLength(1);
    const well = await project.until((status) => states(status).every((state) => state === "RUNNING"), "room");
    expect(one(well, "c").pid).toBe(one(first, "c").pid);
    expect(well.pid).toBe(first.pid);
  });
});

describe("no more descriptors", () => {
  test("in the supervisor leave it without new clients for a while, and programs untouched", async () => {
    config({ web: { command: "sleep 1000", startsecs: 0 }, other: { command: "sleep 1000", startsecs: 0 } });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const first = await project.status();
    const socket = execFileSync("find", [project.folder, "-name", "control.sock"], { encoding: "utf8" }).trim();
    execFileSync("prlimit", ["--pid", String(first.supervisorPid), "--nofile=48:"]);
    const crowd: Socket[] = [];
    for (let at = 0; at < 60; at++) crowd.push(connect(socket).on("error", () => undefined));
    const victim = one(first, "web").pid;
    sendSignal(victim, "SIGKILL");
    // The parent of programs is another process: the restart is seen without asking.
    const log = join(socket, "../../..", ".state");
    const mainLog = execFileSync("find", [log, "-name", "supervisord.log"], { encoding: "utf8" }).trim();
    await untilTrue(() => readFileSync(mainLog, "utf8").split("spawned: 'web'").length === 3, "the restart");
    for (const each of crowd) each.destroy();
    execFileSync("prlimit", ["--pid", String(first.supervisorPid), "--nofile=4096:"]);
    const after = await project.status();
    expect(after.supervisorPid).toBe(first.supervisorPid);
    expect(states(after)).toEqual(["RUNNING", "RUNNING"]);
    expect(one(after, "other").pid).toBe(one(first, "other").pid);
  });

  test("let programs wait where not even the number of their life FIFO can be had", async () => {
    config({ p: { command: "sleep 1000", startsecs: 0, startretries: 0 } });
    const up = ["--nofile=110:110", resolve(import.meta.dirname, "../../bin/sup"), "up", "-d"];
    execFileSync("prlimit", up, { cwd: project.folder, env: project.env });
    const waits = await project.until((status) => one(status, "p").spawnerr !== "", "the start to be decided");
    expect(one(waits, "p").spawnerr).toContain("EMFILE");
    expect(["BACKOFF", "STARTING"]).toContain(one(waits, "p").state);
  });

  test("let programs wait that would leave none for the logs of others, which are opened when something is written", async () => {
    const command = `sh -c 'trap "echo out; echo err >&2" USR1; echo > ready-$SUPERVISOR_PROCESS_NAME; while :; do sleep 1000 & wait; done'`;
    const names = Array.from({ length: 60 }, (_, at) => `p${at}`);
    const program = { command, startsecs: 0, autostart: false, directory: project.folder, stopasgroup: true };
    config(Object.fromEntries(names.map((name) => [name, program])));
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const { pid } = await project.status();
    const used = readdirSync(`/proc/${pid}/fd`).length;
    execFileSync("prlimit", ["--pid", String(pid), `--nofile=${used + 120}:`]);
    await project.sup("start", "all");
    const full = await project.until(
      (status) => states(status).every((state) => state === "RUNNING" || state === "BACKOFF"),
      "every start to be decided",
    );
    const running = full.processes.filter(({ state }) => state === "RUNNING");
    const waiting = full.processes.filter(({ state }) => state === "BACKOFF");
    expect(running.length).toBeGreaterThan(10);
    expect(waiting.length).toBeGreaterThan(10);
    expect(waiting.filter(({ spawnerr }) => !spawnerr.includes("too many open files"))).toEqual([]);
    for (const { name } of running)
      await untilTrue(() => existsSync(join(project.folder, `ready-${name}`)), `the handler of ${name}`);
    for (const each of running) sendSignal(each.pid, "SIGUSR1");
    for (const { stdoutLogfile, stderrLogfile } of running) {
      await untilTrue(() => readFileSync(stdoutLogfile, "utf8") === "out\n", stdoutLogfile);
      await untilTrue(() => readFileSync(stderrLogfile, "utf8") === "err\n", stderrLogfile);
    }
    const after = await project.status();
    expect(after.processes.filter(({ dropped, logTrouble }) => dropped > 0 || logTrouble !== "")).toEqual([]);
    execFileSync("prlimit", ["--pid", String(pid), "--nofile=4096:"]);
    await project.until((status) => states(status).every((state) => state === "RUNNING"), "all to start");
  });
});

describe("a log that nobody reads", () => {
  test("does not stop a foreground daemon whose standard output it is", async () => {
    const file = project.write(
      "supervisord.conf",
      `[supervisord]\nuser=root\nlogfile=${project.folder}/main.log\npidfile=${project.folder}/pid\nloglevel=debug\n` +
        `[program:a]\ncommand=sh -c 'echo x; sleep 0.01'\nstartsecs=0\nautorestart=true\nstdout_events_enabled=true\n` +
        Array.from(
          { length: 40 },
          (_, at) => `[program:p${at}]\ncommand=sleep 0.0${at}\nstartsecs=0\nautorestart=true\n`,
        ).join(""),
    );
    const supervisord = join(realpathSync("."), "bin/supervisord");
    // Nobody ever reads the pipe, which holds 64 KiB, and is all but full.
    const pipeline = execa(
      "bash",
      ["-c", `{ head -c 64000 /dev/zero; exec ${supervisord} -n -c ${file}; } | sleep 1000`],
      {
        env: project.env,
        extendEnv: false,
        reject: false,
        detached: true,
      },
    );
    const log = join(project.folder, "main.log");
    await untilTrue(() => readFileSync(log).length > 10_000, "more than the pipe has room for, in the other log");
    const status = await project.sup("-c", file, "status", "a");
    expect(status.stdout).toMatch(/^a /);
    sendSignal(Number(readFileSync(join(project.folder, "pid"), "utf8")), "SIGTERM");
    await untilTrue(() => !existsSync(join(project.folder, "pid")), "its end");
    sendSignal(-(pipeline.pid ?? 0), "SIGKILL");
    await pipeline;
  });

  test("makes its program wait, and nobody else; nothing of it is lost", async () => {
    const pipes = Array.from({ length: 6 }, (_, at) => join(project.folder, `pipe${at}`));
    execFileSync("mkfifo", pipes);
    const log = join(project.folder, "main.fifo");
    execFileSync("mkfifo", [log]);
    const lines = 20_000;
    const counter = `perl -e '$| = 1; printf "%06d %090d\\n", $_, 0 for 1 .. ${lines}; sleep 1000'`;
    config(
      {
        ...Object.fromEntries(
          pipes.map((pipe, at) => [`stuck${at}`, { command: counter, startsecs: 0, stdoutLogfile: pipe }]),
        ),
        well: chatter(join(project.folder, "well.log")),
      },
      { supervisord: { logfile: log } },
    );
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    // The pipe that is our own log is stuck too.
    for (let at = 0; at < 5; at++) expect((await project.sup("restart", "well")).exitCode).toBe(0);
    const size = readFileSync(join(project.folder, "well.log")).length;
    await untilTrue(
      () => readFileSync(join(project.folder, "well.log")).length > size,
      "more output of the one that is well",
    );
    expect(states(await project.status()).every((state) => state === "RUNNING")).toBe(true);
    // All they wrote comes out in order, once somebody reads.
    const read = await Promise.all(pipes.map((pipe) => execa("head", ["-n", String(lines), pipe], { maxBuffer: 1e8 })));
    const expected = Array.from({ length: lines }, (_, at) => `${String(at + 1).padStart(6, "0")} ${"0".repeat(90)}`);
    // Not by toEqual of millions of characters, which would take as long as the rest.
    for (const { stdout } of read) expect(stdout === expected.join("\n")).toBe(true);
  });
});

test("a removed runtime folder is made anew, with the socket in it", async () => {
  config({ web: { command: "sleep 1000", startsecs: 0 }, idle: { command: "sleep 1000", startsecs: 0 } });
  expect((await project.sup("up", "-d")).exitCode).toBe(0);
  const first = await project.status();
  // Moved away in one step: what is deleted piece by piece is being repaired meanwhile.
  const base = project.env["SUP_RUNTIME_DIR"] ?? "";
  renameSync(join(base, readdirSync(base)[0] ?? ""), join(project.folder, "old"));
  await untilTrue(() => readdirSync(base).some((name) => existsSync(join(base, name, "control.sock"))), "the socket");
  expect((await project.status()).pid).toBe(first.pid);
  // And with the records: a later keeper finds also what has not changed since.
  const records = (name: string): string => join(base, name, "keeper/registry.jsonl");
  await untilTrue(() => readdirSync(base).some((name) => existsSync(records(name))), "the records");
  sendSignal(first.pid, "SIGKILL");
  expect((await project.sup("up", "-d")).exitCode).toBe(0);
  const second = await project.status();
  expect(["web", "idle"].map((name) => one(second, name).pid)).toEqual(
    ["web", "idle"].map((name) => one(first, name).pid),
  );
  expect((await project.sup("restart", "web")).exitCode).toBe(0);
  const last = await project.status();
  expect(one(last, "web").state).toBe("RUNNING");
  expect(isAlive(one(first, "web").pid)).toBe(false);
});

async function untilTrue(look: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      if (look()) return;
    } catch {
      // Not there yet.
    }
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
