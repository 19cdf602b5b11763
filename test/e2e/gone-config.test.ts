import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "../../src/client.ts";
import { isAlive, Project, untilEnded, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// A daemon is found by the path of its config: what if that is renamed, converted, deleted, or a link that leads nowhere?

/** For `connect`, which looks where this process's environment says. */
const VARIABLES = ["SUP_RUNTIME_DIR", "SUP_STATE_DIR"];

let project: Project;
let pkg: string;

beforeEach(() => {
  project = new Project();
  for (const name of VARIABLES) process.env[name] = project.env[name];
  pkg = join(project.folder, "pkg");
  mkdirSync(join(pkg, "src"), { recursive: true });
});
afterEach(async () => {
  await sup(pkg, "down");
  await project.sup("-c", "supervisord.conf", "down");
  await project.close();
  for (const name of VARIABLES) delete process.env[name];
});

const json = (seconds: number): string => JSON.stringify({ programs: { a: { command: `sleep ${seconds}` } } });
const typed = (seconds: number): string => `export default ${json(seconds)};\n`;

interface Running {
  readonly pid: number;
  readonly supervisorPid: number;
  /** Of the program `a`. */
  readonly program: number;
}

async function sup(folder: string, ...args: string[]) {
  const { stdout, stderr, exitCode } = await project.spawn(args, { cwd: folder });
  return { stdout, stderr, exitCode };
}

async function daemonOf(folder: string, ...args: string[]): Promise<Running> {
  const { stdout, stderr } = await sup(folder, ...args, "status", "--json");
  if (stdout === "") throw new Error(stderr);
  const status = JSON.parse(stdout) as Status;
  return { pid: status.pid, supervisorPid: status.supervisorPid, program: status.processes[0]?.pid ?? 0 };
}

/** Kills keeper and supervisor; programs run on. */
async function kill({ pid, supervisorPid }: Running): Promise<void> {
  sendSignal(pid, "SIGKILL");
  await untilEnded(pid, supervisorPid);
}

/** How many processes have this command line. */
function counted(seconds: number): number {
  const lines = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf);
  return lines.filter((line) => line === `sleep\0${seconds}\0`).length;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended
  }
}

describe("below another project", () => {
  let parent: Running;
  let own: Running;
  beforeEach(async () => {
    project.write("supervisor.config.json", json(1301));
    project.write("pkg/supervisor.config.json", json(1302));
    await project.sup("up", "--wait");
    await sup(pkg, "up", "--wait");
    parent = await daemonOf(project.folder);
    own = await daemonOf(pkg);
    expect(parent.pid).not.toBe(own.pid);
  });

  test("the daemon of a deleted config is meant, and never that of the project above", async () => {
    rmSync(join(pkg, "supervisor.config.json"));
    expect(await daemonOf(join(pkg, "src"))).toEqual(own);
    const client = connect({ folder: join(pkg, "src") });
    expect(await client.status()).toMatchObject({ pid: own.pid });
    client.close();
    const up = await sup(pkg, "up", "-d");
    expect(up).toMatchObject({ exitCode: 1, stdout: "" });
    expect(up.stderr).toContain("nothing was started: the daemon of");
    const down = await sup(pkg, "down");
    expect(down).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    expect(down.stderr).toContain("pkg/supervisor.config.json is no file any more; its daemon still runs");
    expect([own, parent].map(({ program }) => isAlive(program))).toEqual([false, true]);
    expect(await daemonOf(pkg)).toEqual(parent);
  });

  test("a config that is a link to nowhere is reached while its daemon runs, and then is a mistake", async () => {
    rmSync(join(pkg, "supervisor.config.json"));
    symlinkSync("not-there.json", join(pkg, "supervisor.config.json"));
    const shown = await sup(pkg, "status");
    expect(shown.exitCode).toBe(0);
    expect(shown.stderr).toContain("supervisor.config.json is a symlink to not-there.json, which is no file any more");
    expect(await sup(pkg, "down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    for (const words of [["status"], ["down"], ["up", "-d"], ["check"], ["-c", "supervisor.config.json", "status"]]) {
      const refused = await sup(pkg, ...words);
      expect(refused, words.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
      expect(refused.stderr).toContain("supervisor.config.json is a symlink to not-there.json, which is no file");
    }
    expect(isAlive(parent.program)).toBe(true);
  });

  test("what a killed daemon left behind does not hide the project above once it has been stopped", async () => {
    await kill(own);
    rmSync(join(pkg, "supervisor.config.json"));
    expect(await sup(pkg, "down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    expect(isAlive(own.program)).toBe(false);
    expect(await daemonOf(pkg)).toEqual(parent);
  });
});

describe("a config that was converted in place", () => {
  beforeEach(async () => {
    project.write("supervisor.config.json", json(1311));
    await project.sup("up", "--wait");
  });

  test("the daemon is meant that runs for the old one, nothing is started twice, and `down` and `up` change over", async () => {
    const before = await daemonOf(project.folder);
    project.write("supervisor.config.ts", typed(1311));
    rmSync(join(project.folder, "supervisor.config.json"));
    const shown = await project.sup("status");
    expect(shown).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`RUNNING  ${before.program}`) as string,
    });
    expect(shown.stderr).toContain(
      "supervisor.config.json is no file any more; its daemon still runs: " +
        "`sup down` stops it, then `sup up` starts what supervisor.config.ts says",
    );
    expect(await project.sup("check")).toMatchObject({ exitCode: 0 });
    for (const words of [
      ["up", "-d"],
      ["-c", "supervisor.config.ts", "up", "-d"],
      ["run", "--container"],
    ]) {
      const up = await project.sup(...words);
      expect(up, words.join(" ")).toMatchObject({ exitCode: 1, stdout: "" });
      expect(up.stderr).toContain("nothing was started");
    }
    expect(counted(1311)).toBe(1);
    expect(await project.sup("down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
    expect(counted(1311)).toBe(0);
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await project.sup("status")).toMatchObject({ stderr: "" });
  });

  test("the socket of a killed daemon counts for nothing", async () => {
    const running = await daemonOf(project.folder);
    await kill(running);
    sendSignal(running.program, "SIGKILL");
    await untilEnded(running.program);
    renameSync(join(project.folder, "supervisor.config.json"), join(project.folder, "old.json"));
    writeFileSync(join(project.folder, "supervisor.config.ts"), typed(1311));
    expect((await project.sup("status")).stderr).toContain("nothing is running for");
    expect(await project.sup("up", "--wait")).toMatchObject({ exitCode: 0 });
    expect(counted(1311)).toBe(1);
  });
});

test("a daemon of the file beside is told of, and is not started again by another name", async () => {
  project.write("supervisord.conf", "[supervisord]\n[program:a]\ncommand=sleep 1321\n");
  await project.sup("up", "--wait");
  const { program } = await daemonOf(project.folder);
  const converted = await project.sup("import-ini", "supervisord.conf");
  project.write("supervisor.config.ts", converted.stdout);
  const reach = "`sup -c supervisord.conf status`";
  expect(await project.sup("status")).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(reach) as string });
  const down = await project.sup("down");
  expect(down).toMatchObject({ exitCode: 0, stdout: "Nothing is running." });
  expect(down.stderr).toContain(reach);
  const up = await project.sup("up", "-d");
  expect(up).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining(reach.slice(1, -1)) as string });
  expect(counted(1321)).toBe(1);
  expect(await daemonOf(project.folder, "-c", "supervisord.conf")).toMatchObject({ program });
  // Named, it is a daemon of its own: both may be wanted.
  expect(await project.sup("-c", "supervisor.config.ts", "up", "--wait")).toMatchObject({ exitCode: 0 });
  expect(counted(1321)).toBe(2);
  expect(readFileSync(join(project.folder, "supervisor.config.ts"), "utf8")).toBe(converted.stdout);
});
