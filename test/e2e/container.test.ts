import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asProcessOne, type Container } from "../support/container.ts";
import { programs, Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

const root = resolve(import.meta.dirname, "../..");

// `sup run --container` and `supervisord -n` as process 1 of a real pid namespace, with real signals and real orphans.

let project: Project;
let running: Container[];

beforeEach(() => {
  project = new Project();
  running = [];
});
afterEach(async () => {
  for (const container of running) container.kill();
  await Promise.all(running.map((container) => container.ended));
  await project.close();
});

function run(words: readonly string[], options: { wrapper?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
  const env = { ...project.env, ...options.env };
  const container = asProcessOne(words, { cwd: project.folder, env, wrapper: options.wrapper ?? [] });
  running.push(container);
  return container;
}

function config(programs: Record<string, object>, rest: object = {}): void {
  project.write("supervisor.config.json", JSON.stringify({ programs, ...rest }));
}

const FOREVER = "sleep 1000";
const SUP = ["sup", "run", "--container"];

describe("process 1", () => {
  const orphans = { command: `perl ${programs}/orphans.pl 200`, autorestart: false, startsecs: 0, essential: true };

  test("reaps 200 orphans", async () => {
    config({ orphans });
    // As npm installs it: a link to it is on the PATH.
    const link = join(project.folder, "sup");
    symlinkSync(join(import.meta.dirname, "../../bin/sup"), link);
    const container = run([link, "run", "--container"]);
    expect(await container.status(), container.text).toBe(0);
    expect(container.text).toContain("orphans | zombies: 0\n");
  });

  test("would leave them as zombies without the launcher", async () => {
    config({ orphans });
    const node = [process.execPath, join(import.meta.dirname, "../../bin/sup"), "run", "--container"];
    const container = run(node);
    expect(await container.status(), container.text).toBe(9);
    expect(container.text).toContain("orphans | zombies: 200\n");
    expect(container.text).toContain("node is process 1 here, and does not reap orphans");
  });

  test("reaps them under supervisord -n too", async () => {
    const file = project.write(
      "supervisord.conf",
      `[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${project.folder}/pid\nuser=root\n` +
        `[program:orphans]\ncommand=${orphans.command}\nautorestart=false\nstartsecs=0\nessential=true\n` +
        `stdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0\n`,
    );
    const container = run(["supervisord", "-n", "-c", file]);
    expect(await container.status(), container.text).toBe(0);
    expect(container.text).toContain("zombies: 0\n");
  });

  test("passes TERM on: everything is stopped in order, then it ends with 143", async () => {
    config({ first: { command: FOREVER, priority: 1 }, last: { command: FOREVER, priority: 2 } });
    const container = run(SUP);
    await container.seen(/first entered RUNNING[^]*last entered RUNNING|last entered RUNNING[^]*first entered RUNNING/);
    sendSignal(container.processOne, "SIGTERM");
    expect(await container.status(), container.text).toBe(143);
    expect(container.text).toContain("received SIGTERM indicating exit request");
    expect(container.text).toMatch(/stopped: last[^]*stopped: first/);
  });

  test("passes HUP on: the config is read again", async () => {
    config({ one: { command: FOREVER, startsecs: 0 } });
    const container = run(SUP);
    await container.seen(/one entered RUNNING/);
    config({ one: { command: FOREVER, startsecs: 0 }, two: { command: FOREVER, startsecs: 0 } });
    sendSignal(container.processOne, "SIGHUP");
    await container.seen(/two entered RUNNING/);
    sendSignal(container.processOne, "SIGINT");
    expect(await container.status(), container.text).toBe(130);
  });
});

describe("an essential program", () => {
  const others = { other: { command: FOREVER, startsecs: 0 } };

  test.each([
    ["its exit status", { command: "sh -c 'exit 7'", autorestart: false, startsecs: 0 }, 7],
    ["0 if it has done its work", { command: "sh -c 'exit 0'", startsecs: 0 }, 0],
    ["128 and its signal", { command: "sh -c 'kill -9 $$'", autorestart: false, startsecs: 0 }, 137],
    ["no success if it could not be started", { command: "/no/such/program", startretries: 0 }, 1],
    ["no success if it ended with 0 too early", { command: "sh -c 'exit 0'", startretries: 0, startsecs: 60 }, 1],
  ])("ends everything with %s", async (_, program, status) => {
    config({ ...others, main: { ...program, essential: true } });
    const container = run(SUP);
    expect(await container.status(), container.text).toBe(status);
    expect(container.text).toMatch(/essential: main ended for good \(.*stopped: other/s);
  });

  test("decides the status after TERM as well", async () => {
    config({
      ...others,
      main: { command: "sh -c 'trap \"exit 5\" TERM; echo up; while :; do sleep 0.1; done'", essential: true },
    });
    const container = run(SUP);
    await container.seen(/main \| up/);
    sendSignal(container.processOne, "SIGTERM");
    expect(await container.status(), container.text).toBe(5);
  });

  test("may be stopped by hand", async () => {
    config({ ...others, main: { command: FOREVER, startsecs: 0, essential: true } });
    const container = run(SUP);
    await container.seen(/main entered RUNNING/);
    // From outside its namespace, over its socket.
    expect((await project.sup("stop", "main")).exitCode).toBe(0);
    expect((await project.status()).processes.map((one) => one.state)).toEqual(["STOPPED", "RUNNING"]);
  });
});

describe("standard output", () => {
  const talker = { command: "sh -c 'echo out; printf \"\\033[31mred\\033[0m\\n\"; echo err >&2; printf unfinished'" };

  test("carries whole lines named after their programs, without colours of ours, and nothing is logged on disk", async () => {
    config({ talker: { ...talker, autorestart: false, startsecs: 0, essential: true } });
    const container = run(SUP);
    expect(await container.status()).toBe(0);
    for (const line of ["talker | out", "talker | \u001b[31mred\u001b[0m", "talker | err", "talker | unfinished"])
      expect(container.text).toContain(`${line}\n`);
    expect(container.text.replaceAll(/\u001b\[(31|0)m/g, "")).not.toContain("\u001b");
    const left = execFileSync("find", [project.folder, "-name", "*.log*"], { encoding: "utf8" });
    expect(left).toBe("");
  });

  test("carries one JSON object a line", async () => {
    config({ talker: { ...talker, autorestart: false, startsecs: 0, essential: true } });
    const container = run([...SUP, "--output", "json"]);
    expect(await container.status()).toBe(0);
    const lines = container.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const said = lines.filter((line) => line.name === "talker").map(({ stream, message }) => `${stream} ${message}`);
    expect(said.sort()).toEqual(["stderr err", "stdout \u001b[31mred\u001b[0m", "stdout out", "stdout unfinished"]);
    expect(lines.every((line) => new Date(line.time).toISOString() === line.time)).toBe(true);
    expect(lines.some((line) => line.name === "sup" && line.message.startsWith("INFO spawned: 'talker'"))).toBe(true);
  });

  test("makes programs wait if nobody reads it, and nobody else; nothing is lost, whoever is killed meanwhile", async () => {
    const lines = 30_000;
    const counter = `perl -e '$| = 1; print "$_\n" for 1 .. ${lines}; sleep 1000'`;
    const log = join(project.folder, "well.log");
    config({
      counter: { command: counter, startsecs: 0 },
      well: { command: "sh -c 'while :; do echo well; sleep 0.05; done'", startsecs: 0, stdoutLogfile: log },
    });
    const sup = join(import.meta.dirname, "../../bin/sup");
    const script = `${sup} run --container | { until [ -e go ]; do sleep 0.1; done; exec cat > out; }`;
    const pipeline = execa("bash", ["-c", script], {
      cwd: project.folder,
      env: project.env,
      extendEnv: false,
      reject: false,
      detached: true,
    });
    await untilTrue(() => readFileSync(log, "utf8").includes("well"), "the program that is well");
    const stuck = await project.status();
    sendSignal(stuck.supervisorPid, "SIGKILL");
    await project.until((status) => status.supervisorPid !== stuck.supervisorPid, "the next supervisor");
    const size = readFileSync(log).length;
    await untilTrue(() => readFileSync(log).length > size, "more of the program that is well");
    expect((await project.status()).processes.map((one) => one.pid)).toEqual(stuck.processes.map((one) => one.pid));
    project.write("go", "");
    const counted = (): string[] =>
      readFileSync(join(project.folder, "out"), "utf8")
        .split("\n")
        .filter((line) => line.startsWith("counter | "));
    await untilTrue(() => counted().length >= lines, "all that was counted");
    expect(counted().every((line, at) => line === `counter | ${at + 1}`)).toBe(true);
    sendSignal(stuck.pid, "SIGTERM");
    await pipeline;
  });

  test("says what is wrong with a config, with status 2", async () => {
    config({ web: { command: 5 } });
    const container = run(SUP);
    expect(await container.status()).toBe(2);
    expect(container.text).toContain("programs.web.command");
  });
});

describe("a read-only system", () => {
  const sandbox = ["bwrap", "--unshare-pid", "--as-pid-1", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
  const bare = { SUP_RUNTIME_DIR: "", SUP_STATE_DIR: "", HOME: "/", XDG_RUNTIME_DIR: "" };
  const main = { command: "sh -c 'id -u; exit 3'", autorestart: false, startsecs: 0, essential: true };

  function withOnly(writable: string): string[] {
    chmodSync(project.folder, 0o755);
    // The test's own folder, and sup's, may be under /tmp, which is then another one, or where only root may go.
    const shown = ["--ro-bind", project.folder, "/mnt/app", "--ro-bind", root, "/mnt/sup"];
    const mounts = ["--perms", "1777", "--tmpfs", writable, "--tmpfs", "/mnt", ...shown];
    return [...sandbox, ...mounts, "--remount-ro", "/mnt", "--chdir", "/mnt/app"];
  }

  test.each([
    ["/run", "/run", []],
    ["/tmp, for a user that has no name", "/tmp", ["setpriv", "--reuid=54321", "--regid=0", "--clear-groups"]],
  ])("is enough with a writable %s", async (_, writable, user) => {
    config({ main });
    const wrapper = [...withOnly(writable), ...user];
    const container = run(["/mnt/sup/bin/sup", ...SUP.slice(1)], { wrapper, env: bare });
    expect(await container.status(), container.text).toBe(3);
    expect(container.text).toContain(`main | ${user.length > 0 ? 54321 : 0}\n`);
  });

  test("is enough with a writable /tmp for a supervisord that becomes another user", async () => {
    project.write(
      "supervisord.conf",
      "[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=/tmp/s.pid\nuser=nobody\n[program:main]\nautorestart=false\n" +
        `command=${main.command}\nstartsecs=0\nessential=true\nstdout_logfile=/dev/fd/1\nstdout_logfile_maxbytes=0\n`,
    );
    const words = ["/mnt/sup/bin/supervisord", "-n", "-c", "/mnt/app/supervisord.conf"];
    const container = run(words, { wrapper: withOnly("/tmp"), env: { ...bare, TMPDIR: "/tmp" } });
    expect(await container.status(), container.text).toBe(3);
    expect(container.text).toContain("65534\n");
  });

  test("is enough with any writable folder that is named", async () => {
    config({ main });
    const place = join(project.folder, "place");
    mkdirSync(place);
    const wrapper = [...sandbox, "--bind", place, place, "--chdir", project.folder];
    const container = run(["sup", "--runtime-dir", place, "run", "--container"], { wrapper, env: bare });
    expect(await container.status(), container.text).toBe(3);
  });

  test("is told so if there is no writable folder at all", async () => {
    config({ main });
    const container = run(SUP, { wrapper: [...sandbox, "--chdir", project.folder], env: bare });
    expect(await container.status()).toBe(1);
    expect(container.text).toMatch(/no place for sockets and state: .* cannot be made \(EROFS/);
    expect(container.text).toContain("--runtime-dir");
  });
});

test("/healthz and /readyz need no password and say no more than yes or no", async () => {
  const port = await freePort();
  const inetHttpServer = { port: `127.0.0.1:${port}`, username: "admin", password: "secret" };
  const flag = join(project.folder, "flag");
  config(
    { web: { command: FOREVER, startsecs: 0, health: { ready: { exec: `test -e ${flag}`, interval: "100ms" } } } },
    { inetHttpServer },
  );
  const container = run(SUP);
  await container.seen(/web entered RUNNING/);
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return `${response.status} ${await response.text()}`;
  };
  expect(await ask("/healthz")).toBe("200 ok\n");
  expect(await ask("/readyz")).toBe("503 not ready\n");
  // As an orchestrator asks: by an address that is not the server's own name for itself.
  expect(await ask("/readyz", { headers: { origin: "http://10.1.2.3:80" } })).toBe("503 not ready\n");
  expect(await ask("/healthz", { method: "POST" })).toMatch(/^401 /);
  expect(await ask("/")).toMatch(/^401 /);
  project.write("flag", "");
  await project.until((status) => status.processes.every((one) => one.ready), "readiness");
  expect(await ask("/readyz")).toBe("200 ok\n");
  expect(await ask("/readyz", { method: "HEAD" })).toBe("200 ");
  sendSignal(container.processOne, "SIGTERM");
  expect(await container.status()).toBe(143);
  expect(readFileSync(join(project.folder, "supervisor.config.json"), "utf8")).toContain("secret");
  expect(container.text).not.toContain("secret");
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

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
