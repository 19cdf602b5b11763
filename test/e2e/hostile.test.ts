import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Project, type Status } from "../support/project.ts";

// Root runs the daemon, and somebody else (nobody) may write to places near it. Whatever they put there, nothing of root's is
// written, read out or run for them.

const NOBODY = 65_534;
const SECRET = "root's own secret 4711";

let project: Project;
let strangers: ChildProcess[];

beforeEach(() => {
  expect(process.geteuid?.()).toBe(0);
  project = new Project();
  chmodSync(project.folder, 0o755);
  strangers = [];
});
afterEach(async () => {
  for (const stranger of strangers) stranger.kill("SIGKILL");
  await project.close();
});

function config(programs: Record<string, object>, rest: object = {}): string {
  return project.write("supervisor.config.json", JSON.stringify({ programs, ...rest }));
}

/** A folder of theirs, and in one of root's own a file that they would like to have written or read. */
function ground(): { theirs: string; victim: string; own: string } {
  const theirs = join(project.folder, "theirs");
  const own = join(project.folder, "own");
  mkdirSync(theirs);
  chownSync(theirs, NOBODY, NOBODY);
  mkdirSync(own, { mode: 0o700 });
  const victim = join(own, "app.log");
  writeFileSync(victim, `${SECRET}\n`, { mode: 0o600 });
  return { theirs, victim, own };
}

const one = (status: Status, name: string): Status["processes"][number] | undefined =>
  status.processes.find((process) => process.namespec === name);
const chatter = { command: "sh -c 'while :; do echo hello from a program; sleep 0.05; done'", startsecs: 0 };

describe("a log that is a link", () => {
  test("is neither written, nor read, nor emptied, as a file or as a folder above it", async () => {
    const { theirs, victim, own } = ground();
    symlinkSync(victim, join(theirs, "app.log"));
    symlinkSync(own, join(theirs, "folder"));
    config({
      file: { ...chatter, stdoutLogfile: join(theirs, "app.log"), startretries: 0 },
      folder: { ...chatter, stdoutLogfile: join(theirs, "folder/app.log"), startretries: 0 },
      fresh: { ...chatter, stdoutLogfile: join(theirs, "folder/new.log"), startretries: 0 },
      fine: { ...chatter, stdoutLogfile: join(theirs, "fine.log") },
    });
    await project.sup("up", "-d");
    const status = await project.until(
      (now) => ["file", "folder", "fresh"].every((name) => one(now, name)?.state === "FATAL"),
      "the programs with links as logs to be refused",
    );
    expect(one(status, "file")?.why).toContain("ELOOP");
    expect(one(status, "fine")?.state).toBe("RUNNING");
    for (const name of ["file", "folder"]) {
      const logs = await project.sup("logs", "-n", "5", name);
      expect(logs.stdout + logs.stderr).not.toContain("4711");
      const tail = await project.sup("shell", "tail", name);
      expect(tail.stdout + tail.stderr).not.toContain("4711");
      await project.sup("shell", "clear", name);
    }
    expect(readFileSync(victim, "utf8")).toBe(`${SECRET}\n`);
    expect(readdirSync(own)).toEqual(["app.log"]);
  });

  test("is not written when it takes the place of one that is open", async () => {
    const { theirs, victim, own } = ground();
    const logs = join(theirs, "logs");
    mkdirSync(logs);
    chownSync(logs, NOBODY, NOBODY);
    config({
      file: { ...chatter, stdoutLogfile: join(theirs, "file.log"), stdoutLogfileMaxbytes: 200 },
      folder: { ...chatter, stdoutLogfile: join(logs, "app.log"), stdoutLogfileMaxbytes: 200 },
    });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    await project.until((now) => now.processes.every((process) => process.state === "RUNNING"), "both to run");
    renameSync(join(theirs, "file.log"), join(theirs, "away.log"));
    symlinkSync(victim, join(theirs, "file.log"));
    renameSync(logs, join(theirs, "away"));
    symlinkSync(own, logs);
    const status = await project.until(
      (now) => now.processes.every((process) => process.dropped > 0),
      "both to have nowhere to write to",
    );
    expect(status.processes.map((process) => [process.state, process.logTrouble])).toEqual([
      ["RUNNING", "ELOOP"],
      ["RUNNING", "ELOOP"],
    ]);
    expect(readFileSync(victim, "utf8")).toBe(`${SECRET}\n`);
    expect(readdirSync(own)).toEqual(["app.log"]);
  });

  test("is followed where only root could have made it", async () => {
    const { own } = ground();
    const real = join(project.folder, "real");
    mkdirSync(real);
    symlinkSync(real, join(own, "link"));
    config({ fine: { ...chatter, stdoutLogfile: join(own, "link/app.log") } });
    await project.sup("up", "-d");
    const status = await project.until((now) => one(now, "fine")?.state === "RUNNING", "the program");
    expect(one(status, "fine")?.stdoutLogfile).toBe(join(own, "link/app.log"));
    expect(existsSync(join(real, "app.log"))).toBe(true);
  });
});

test("a pidfile or a log of the daemon that is a link is not written", async () => {
  const { theirs, victim } = ground();
  symlinkSync(victim, join(theirs, "pid"));
  symlinkSync(victim, join(theirs, "main.log"));
  const ini = (logfile: string): string =>
    `[supervisord]\nuser=root\npidfile=${theirs}/pid\nlogfile=${logfile}\n[program:a]\ncommand=sleep 1000\n`;
  const file = project.write("supervisord.conf", ini(`${theirs}/main.log`));
  const refused = await project.sup("-c", file, "up", "-d");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("ELOOP");
  project.write("supervisord.conf", ini(`${project.folder}/main.log`));
  expect((await project.sup("-c", file, "up", "-d")).exitCode).toBe(0);
  expect(readFileSync(join(project.folder, "main.log"), "utf8")).toContain(`could not write pidfile ${theirs}/pid`);
  expect(readFileSync(victim, "utf8")).toBe(`${SECRET}\n`);
  await project.sup("-c", file, "down");
});

describe("a place that is taken", () => {
  test("a stranger who listens on the socket of a server keeps it, and is not mistaken for us", async () => {
    const shared = join(project.folder, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const file = join(shared, "supervisor.sock");
    const server = createServer().listen(file);
    await new Promise((done) => server.once("listening", done));
    config({ a: chatter }, { unixHttpServer: { file } });
    try {
      const up = await project.sup("up", "-d");
      expect(up.exitCode).not.toBe(0);
      expect(up.stderr).toContain("Another program is already listening");
      expect(lstatSync(file).isSocket()).toBe(true);
    } finally {
      await new Promise((done) => server.close(done));
    }
    // Nor is anything but a socket removed to make room.
    writeFileSync(file, SECRET);
    expect((await project.sup("up", "-d")).stderr).toContain("it is not a socket, so it was left alone");
    expect(readFileSync(file, "utf8")).toBe(SECRET);
    rmSync(file);
    // A link in its place is none either.
    const { victim } = ground();
    symlinkSync(victim, file);
    expect((await project.sup("up", "-d")).stderr).toContain("it is not a socket, so it was left alone");
    expect(lstatSync(victim).mode & 0o777).toBe(0o600);
  });

  test("a stranger cannot keep the daemon from starting by taking the name of its lock", async () => {
    config({ a: chatter });
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const runtime = join(
      project.env["SUP_RUNTIME_DIR"] ?? "",
      readdirSync(project.env["SUP_RUNTIME_DIR"] ?? "")[0] ?? "",
    );
    const hash = createHash("sha256")
      .update(realpathSync(join(runtime, "keeper")))
      .digest("hex")
      .slice(0, 32);
    const { pid } = await project.status();
    await project.sup("down");
    // One says nothing, one says that it is a pid of root's.
    for (const [name, answer] of [
      [`sup-keeper-${hash}`, ""],
      [`sup-keeper-${hash}-1`, "1"],
    ] as const)
      await squat(name, answer);
    const up = await project.sup("up", "-d");
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const status = await project.status();
    expect(status.pid).not.toBe(pid);
    expect(one(status, "a")?.state).toBe("RUNNING");
    // Others of ours find the daemon nevertheless.
    const again = await project.sup("up", "-d");
    expect(again.stdout).toContain("Already running");
    expect((await project.status()).pid).toBe(status.pid);
  });

  test("a folder for sockets that is a stranger's is not used", async () => {
    const { theirs } = ground();
    config({ a: chatter });
    project.env["SUP_RUNTIME_DIR"] = theirs;
    const up = await project.sup("up", "-d");
    expect(up.exitCode).not.toBe(0);
    const said = up.stderr + readFileSync(join(theStateFolder(), "crash.log"), "utf8");
    expect(said).toContain(`unsafe folder for sockets: ${theirs}, which it is in, belongs to uid ${NOBODY}`);
  });
});

describe("two daemons on one config", () => {
  test("never run, however they are started", async () => {
    const sleeper = `sleep 1000.${process.pid}`;
    config({ only: { command: sleeper } });
    const link = `${project.folder}-link`;
    symlinkSync(project.folder, link);
    try {
      const file = join(link, "supervisor.config.json");
      const starts = await Promise.all([
        project.sup("up", "-d"),
        project.sup("-c", file, "up", "-d"),
        project.sup("up", "-d"),
      ]);
      expect(starts.map((start) => start.exitCode)).toEqual([0, 0, 0]);
      expect(starts.filter((start) => start.stdout.startsWith("Started"))).toHaveLength(1);
      const refused = await project.sup("-c", file, "run", "--container");
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain(`a daemon of this config runs already, pid ${(await project.status()).pid}`);
      expect(execFileSync("pgrep", ["-fc", `^${sleeper}$`], { encoding: "utf8" }).trim()).toBe("1");
    } finally {
      unlinkSync(link);
    }
  });
});

describe("secrets", () => {
  test("are in files for their owner only, in no command line and in no answer", async () => {
    const password = "pass-word-4711";
    config(
      { web: { ...chatter, environment: { TOKEN: "token-4711" } } },
      {
        supervisord: { environment: { GLOBAL: "global-4711" } },
        unixHttpServer: { file: join(project.folder, "s.sock"), username: "admin", password },
      },
    );
    chmodSync(join(project.folder, "supervisor.config.json"), 0o600);
    expect((await project.sup("up", "-d")).exitCode).toBe(0);
    const status = await project.status();
    const lax: string[] = [];
    let found = 0;
    for (const top of [project.env["SUP_RUNTIME_DIR"] ?? "", project.env["SUP_STATE_DIR"] ?? ""]) {
      for (const name of readdirSync(top, { recursive: true, encoding: "utf8" })) {
        const path = join(top, name);
        if (!lstatSync(path).isFile() || !readFileSync(path, "latin1").includes("4711")) continue;
        found++;
        if ((lstatSync(path).mode & 0o077) !== 0 || (lstatSync(dirname(path)).mode & 0o077) !== 0) lax.push(path);
      }
    }
    // The last good model has them, or this test looks in the wrong place.
    expect(found).toBeGreaterThan(0);
    expect(lax).toEqual([]);
    for (const pid of [status.pid, status.supervisorPid])
      expect(readFileSync(`/proc/${pid}/cmdline`, "latin1")).not.toContain("4711");
    for (const words of [
      ["status", "--json"],
      ["config", "print"],
      ["plan", "--json"],
      ["shell", "status"],
    ]) {
      const { stdout, stderr } = await project.sup(...words);
      expect(`${words.join(" ")}: ${stdout}${stderr}`).not.toContain(password);
      if (words[0] !== "config") expect(`${words.join(" ")}: ${stdout}${stderr}`).not.toContain("4711");
    }
  });
});

describe("a config that others may write to", () => {
  const typescript = (text = ""): string =>
    `import { defineConfig } from "sup";\n${text}export default defineConfig({ programs: { a: { command: "sleep 1000" } } });\n`;

  test.each([
    ["the file", () => chmodSync(join(project.folder, "supervisor.config.ts"), 0o666)],
    ["its folder", () => chmodSync(project.folder, 0o777)],
    ["a file that it imports", () => chmodSync(join(project.folder, "more.ts"), 0o666)],
  ])("is not run by root: %s", async (_, open) => {
    project.write("supervisor.config.ts", typescript('import "./more.ts";\n'));
    project.write("more.ts", "export {};\n");
    open();
    const up = await project.sup("up", "-d");
    expect(up.exitCode).not.toBe(0);
    expect(up.stderr).toMatch(/is writable by .*everybody/);
    chmodSync(project.folder, 0o755);
  });

  test("is not taken by root if it is JSON, either: commands are as good as code", async () => {
    chmodSync(config({ a: chatter }), 0o666);
    const up = await project.sup("up", "-d");
    expect(up.exitCode).not.toBe(0);
    expect(up.stderr).toMatch(/is writable by .*everybody/);
  });

  test("is not applied by a daemon that runs, which goes on with the last good one", async () => {
    project.write("supervisor.config.ts", typescript());
    expect((await project.sup("up", "-d", "--no-watch")).exitCode).toBe(0);
    const before = await project.until((now) => one(now, "a")?.state === "RUNNING", "the program");
    project.write("supervisor.config.ts", typescript().replace("sleep 1000", "sleep 2000"));
    chmodSync(join(project.folder, "supervisor.config.ts"), 0o666);
    const update = await project.sup("update");
    expect(update.exitCode).not.toBe(0);
    expect(update.stdout + update.stderr).toContain("is writable by");
    expect(one(await project.status(), "a")?.pid).toBe(one(before, "a")?.pid);
  });

  test("runs as its owner, if that is somebody else", async () => {
    const { theirs } = ground();
    const file = join(theirs, "supervisor.config.ts");
    writeFileSync(
      file,
      `import { readFileSync } from "node:fs";\nlet stolen = "none";\ntry { stolen = readFileSync(${JSON.stringify(join(project.folder, "own/app.log"))}, "utf8").trim(); } catch {}\n` +
        `export default { programs: { a: { command: "sleep 1000", environment: { WHO: String(process.getuid?.()), STOLEN: stolen } } } };\n`,
    );
    chownSync(file, NOBODY, NOBODY);
    const printed = await project.sup("-c", file, "config", "print");
    // Whether it is run at all or refused: never as root.
    expect(printed.stdout + printed.stderr).not.toContain("4711");
    if (printed.exitCode === 0) expect(printed.stdout).toContain(`"WHO": "${NOBODY}"`);
  });
});

function theStateFolder(): string {
  const top = project.env["SUP_STATE_DIR"] ?? "";
  return join(top, readdirSync(top)[0] ?? "");
}

/** As nobody. Resolves once it listens. */
async function squat(name: string, answer: string): Promise<void> {
  const script =
    `const server = require("net").createServer((c) => { c.on("error", () => {}); ${JSON.stringify(answer)} && c.end(${JSON.stringify(answer)}); });` +
    `server.listen("\\0${name}", () => console.log("listening"));`;
  const stranger = spawn(
    "setpriv",
    ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", process.execPath, "-e", script],
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  strangers.push(stranger);
  await new Promise((done) => stranger.stdout?.once("data", done));
}
