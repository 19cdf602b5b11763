import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { StartRequest } from "../../src/protocol/keeper.ts";
import { logTo, openKeeper, sh, removeFolder } from "./harness.ts";

const { keeper, folder, exit } = openKeeper(undefined, 512);
afterAll(async () => {
  keeper.close();
  await removeFolder(folder);
});

const GAMES = 5;
const SPAWNED = "supervisor: child process was not spawned\n";
let runs = 0;

/** Runs it to its end; all output, and how it ended. */
async function outcome(
  script: string,
  rest: Partial<StartRequest> = {},
): Promise<{ output: string; code: number | null }> {
  const key = `launch:${runs++}`;
  const log = join(folder, `${key}.log`);
  const result = await keeper.start(sh(key, script, { ...rest, logs: { stdout: logTo(log), stderr: "stdout" } }));
  expect(result.ok).toBe(true);
  const { code } = await exit(key);
  return { output: fs.readFileSync(log, "utf8"), code };
}

const file = (path: string, argv = [path]): Partial<StartRequest> => ({ file: path, argv });

test("another user runs with its own groups, and can still write to /dev/stdout by name", async () => {
  const groups = execFileSync(
    "setpriv",
    [
      "--reuid",
      String(GAMES),
      "--regid",
      "60",
      "--init-groups",
      "--",
      "sh",
      "-c",
      "grep -E '^(Uid|Gid|Groups)' /proc/self/status",
    ],
    { encoding: "utf8" },
  );
  const script = "echo named > /dev/stdout; grep -E '^(Uid|Gid|Groups)' /proc/self/status";
  expect(await outcome(script, { uid: GAMES })).toEqual({ output: `named\n${groups}`, code: 0 });
  expect(groups).toContain("Uid:\t5\t5\t5\t5");
});

test("the environment is exactly what was asked for, even through the launch stages", async () => {
  const environment = { PATH: "/usr/bin:/bin", "dotted.name": "kept", OLDPWD: "/nowhere" };
  const { output } = await outcome("", {
    ...file("/usr/bin/env", ["env"]),
    uid: GAMES,
    environment,
    directory: "/tmp",
  });
  expect(output.trimEnd().split("\n").toSorted()).toEqual(
    Object.entries(environment)
      .map((pair) => pair.join("="))
      .toSorted(),
  );
});

test("limits, directory, umask, argv[0], session and process group are as asked for", async () => {
  const script =
    'ulimit -Sn; pwd; umask; echo "$0"; read -r pid _ < /proc/self/stat; cut -d" " -f1,5,6 /proc/$$/stat; echo $$';
  const { output } = await outcome(script, {
    directory: "/usr/share",
    umask: 0o027,
    argv: ["sh", "-c", script, "zero"],
  });
  const [limit, directory, umask, zero, ids, pid] = output.split("\n");
  expect([limit, directory, umask, zero]).toEqual(["512", "/usr/share", "0027", "zero"]);
  expect(ids).toBe(`${pid} ${pid} ${pid}`);
  const name = await outcome("", { ...file("/bin/cat", ["cat", "/proc/self/cmdline"]) });
  expect(name.output).toBe("cat\0/proc/self/cmdline\0");
});

test("what cannot be executed says so in its log and exits 127", async () => {
  const garbage = join(folder, "garbage");
  fs.writeFileSync(garbage, "echo a shell would run this\n", { mode: 0o755 });
  const lost = join(folder, "lost");
  fs.writeFileSync(lost, "#!/no/such/interpreter\n", { mode: 0o755 });
  const plain = join(folder, "plain");
  fs.writeFileSync(plain, "#!/bin/sh\n", { mode: 0o644 });
  const secret = join(folder, "secret");
  fs.writeFileSync(secret, "#!/bin/sh\n", { mode: 0o700 });
  const failed = (why: string): object => ({ output: `supervisor: couldn't exec ${why}\n${SPAWNED}`, code: 127 });
  expect(await outcome("", file(garbage, ["gar bage"]))).toEqual(failed("gar bage: ENOEXEC"));
  expect(await outcome("", file(lost))).toEqual(failed(`${lost}: ENOENT`));
  expect(await outcome("", file(plain))).toEqual(failed(`${plain}: EACCES`));
  expect(await outcome("", file("/no/such"))).toEqual(failed("/no/such: ENOENT"));
  expect(await outcome("", file("/usr"))).toEqual(failed("/usr: EACCES"));
  expect(await outcome("", { ...file(secret), uid: GAMES })).toEqual(failed(`${secret}: EACCES`));
});

test("a directory that cannot be entered says so in the log and exits 127", async () => {
  const closed = join(folder, "closed");
  fs.mkdirSync(closed, { mode: 0o700 });
  const failed = (why: string): object => ({ output: `supervisor: couldn't chdir to ${why}\n${SPAWNED}`, code: 127 });
  expect(await outcome("pwd", { directory: "/no/such" })).toEqual(failed("/no/such: ENOENT"));
  expect(await outcome("pwd", { directory: "/etc/passwd" })).toEqual(failed("/etc/passwd: ENOTDIR"));
  expect(await outcome("pwd", { directory: closed, uid: GAMES })).toEqual(failed(`${closed}: EACCES`));
  fs.mkdirSync(join(closed, "inside"));
  fs.writeFileSync(join(closed, "file"), "");
  fs.symlinkSync(join(closed, "missing"), join(folder, "into closed"));
  for (const name of ["missing", "inside", "inside/missing", "file", "file/missing", "../into closed"]) {
    const directory = `${closed}/${name}`;
    expect(await outcome("pwd", { directory, uid: GAMES })).toEqual(failed(`${directory}: EACCES`));
  }
  expect(await outcome("pwd", { directory: `${closed}/missing` })).toEqual(failed(`${closed}/missing: ENOENT`));
  expect(await outcome("pwd", { directory: "/no/such", uid: GAMES })).toEqual(failed("/no/such: ENOENT"));
  expect(await outcome("pwd", { directory: "/etc/passwd", uid: GAMES })).toEqual(failed("/etc/passwd: ENOTDIR"));
  const denied = `${folder}/Permission denied`;
  expect(await outcome("pwd", { directory: denied, uid: GAMES })).toEqual(failed(`${denied}: ENOENT`));
  expect(await outcome("pwd", { directory: closed })).toEqual({ output: `${closed}\n`, code: 0 });
});

test("an unknown user is refused in the log", async () => {
  const output = `supervisor: couldn't setuid to 54321: Can't find uid 54321\n${SPAWNED}`;
  expect(await outcome("id", { uid: 54321 })).toEqual({ output, code: 127 });
});

test("a log that cannot be opened fails the start and leaves no descriptor behind", async () => {
  const fds = (): number => fs.readdirSync("/proc/self/fd").length;
  const logs = { stdout: logTo(join(folder, "fine.log")), stderr: logTo(folder) };
  const attempt = (incarnation: number): Promise<object> =>
    keeper.start(sh("bad:log", "exit 0", { incarnation, logs }));
  expect(await attempt(1)).toEqual({ ok: false, stage: "dispatchers", errno: "EISDIR" });
  const before = fds();
  for (let at = 0; at < 20; at++) await attempt(1);
  await expect.poll(fds, { timeout: 30_000 }).toBeLessThanOrEqual(before);
  const file = { stdout: logTo(join(folder, "fine.log", "log")), stderr: logTo(null) };
  expect(await keeper.start(sh("bad:log", "exit 0", { logs: file }))).toMatchObject({ errno: "ENOTDIR" });
  // The failed start used up no incarnation, and may also be counted as one.
  expect((await keeper.start(sh("bad:log", "exit 0", { incarnation: 2 }))).ok).toBe(true);
});
