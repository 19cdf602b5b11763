import { execa } from "execa";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, untilEnded, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// A user's daemon is one, whichever session it is looked for from: XDG_RUNTIME_DIR is set by ssh and not by cron or su.

const UID = 54_331;
const bin = resolve(import.meta.dirname, "../../bin");

let folder: string;
let project: string;
/** What a session by ssh has, and what one of cron has. */
let ssh: Record<string, string>;
let cron: Record<string, string>;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sup-sessions-")));
  chmodSync(folder, 0o755);
  const [home, runtime] = [join(folder, "home"), join(folder, "user")];
  project = join(home, "shop");
  for (const made of [home, runtime, project]) {
    mkdirSync(made, { mode: 0o700 });
    chownSync(made, UID, UID);
  }
  writeFileSync(join(project, "supervisord.conf"), "[supervisord]\n[program:a]\ncommand=sleep 1331\n");
  cron = { HOME: home, PATH: process.env["PATH"] ?? "" };
  ssh = { ...cron, XDG_RUNTIME_DIR: runtime };
});
afterEach(async () => {
  for (const session of [ssh, cron]) await as(session, "sup", "down");
  rmSync(folder, { recursive: true, force: true });
});

async function as(session: Record<string, string>, program: string, ...args: string[]) {
  const words = ["--reuid", String(UID), "--regid", String(UID), "--clear-groups", join(bin, program), ...args];
  return await execa("setpriv", words, {
    cwd: project,
    env: session,
    extendEnv: false,
    reject: false,
    timeout: 120_000,
  });
}

async function statusFor(session: Record<string, string>): Promise<Status> {
  const { stdout, stderr } = await as(session, "sup", "status", "--json");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Status;
}

function note(): string {
  const states = join(folder, "home/.local/state/sup");
  return join(states, readdirSync(states).find((name) => name.startsWith("shop-")) ?? "", "runtime-folder");
}

test.each([
  ["ssh", "cron"],
  ["cron", "ssh"],
])("a daemon that was started from %s is found from %s", async (first, second) => {
  const [from, other] = first === "ssh" ? [ssh, cron] : [cron, ssh];
  expect(second).not.toBe(first);
  expect(await as(from, "sup", "up", "--wait")).toMatchObject({ exitCode: 0 });
  const before = await statusFor(from);
  expect(await statusFor(other)).toMatchObject({ pid: before.pid });
  const up = await as(other, "sup", "up", "-d");
  expect(up).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Already running") as string });
  const refused = await as(other, "supervisord", "-c", "supervisord.conf");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("Another program is already listening");
  expect(await statusFor(from)).toMatchObject({ pid: before.pid, processes: [{ pid: before.processes[0]?.pid }] });
  // The next keeper stays where the last one was, although it has the environment of another session.
  expect(await as(other, "sup", "upgrade", "--keeper")).toMatchObject({ exitCode: 0 });
  const after = await statusFor(from);
  expect(after.processes[0]?.pid).toBe(before.processes[0]?.pid);
  expect(await statusFor(other)).toMatchObject({ pid: after.pid });
  expect(await as(other, "sup", "down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
  expect(isAlive(after.pid)).toBe(false);
  // It is gone, and so is where it was: the next one is where its own environment says.
  expect(await as(other, "sup", "up", "--wait")).toMatchObject({ exitCode: 0 });
  const noted = readFileSync(note(), "utf8");
  expect(noted.startsWith(join(folder, "user"))).toBe(other === ssh);
  expect(statSync(note()).mode & 0o777).toBe(0o600);
});

test("what a killed daemon left running is stopped from another session", async () => {
  await as(ssh, "sup", "up", "--wait");
  const { pid, supervisorPid, processes } = await statusFor(ssh);
  sendSignal(pid, "SIGKILL");
  await untilEnded(pid, supervisorPid);
  expect((await as(cron, "sup", "status")).stderr).toContain("of its programs run on");
  expect(await as(cron, "sup", "down")).toMatchObject({ exitCode: 0, stdout: "Stopped." });
  expect(isAlive(processes[0]?.pid ?? 0)).toBe(false);
});

test("a note is not believed where others may have written it", async () => {
  await as(ssh, "sup", "up", "--wait");
  const { pid } = await statusFor(cron);
  chmodSync(note(), 0o666);
  expect(await as(cron, "sup", "status")).toMatchObject({ exitCode: 3 });
  chmodSync(note(), 0o600);
  chmodSync(join(note(), ".."), 0o777);
  expect(await as(cron, "sup", "status")).toMatchObject({ exitCode: 3 });
  chmodSync(join(note(), ".."), 0o700);
  expect(await statusFor(cron)).toMatchObject({ pid });
  chownSync(note(), 0, 0);
  expect(await as(cron, "sup", "status")).toMatchObject({ exitCode: 3 });
});
