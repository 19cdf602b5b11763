import { afterEach, expect, test } from "vitest";
import * as fs from "node:fs";
import { join } from "node:path";
import { describeMember } from "../../src/keeper/members.ts";
import { livingPids } from "../../src/keeper/kernel/proc.ts";
import { shutDown } from "../../src/keeper/shut-down.ts";
import { LIFE_FD } from "../../src/keeper/spawn/spawn-program.ts";
import { sendSignal } from "../support/send-signal.ts";
import { sessionOf } from "../support/session-of.ts";
import { eventually, makeFolder, openKeeper, removeFolder, sh, type TestKeeper } from "./harness.ts";

let opened: TestKeeper | null = null;
afterEach(async () => {
  if (opened === null) return;
  for (const program of opened.keeper.programs.values()) program.signal(9, "group");
  opened.keeper.close();
  await removeFolder(opened.folder);
  opened = null;
});

/** Starts a script whose leader ends at once, and waits for that. Returns the leader's pid. */
async function leaderless(script: string): Promise<number> {
  opened = openKeeper();
  const started = await opened.keeper.start(sh("a:a", script));
  if (!started.ok) throw new Error(started.errno);
  await opened.exit("a:a");
  return started.pid;
}

test.each([
  ["a child in the leader's group", "sleep 1000 & exit 0"],
  ["a child that has a group of its own", "set -m; sleep 1000 & exit 0"],
  ["a child that has closed all that it inherited", "sleep 1000 >/dev/null 2>&1 </dev/null 120>&- & exit 0"],
])("after the leader's death the group still means %s", async (_, script) => {
  const pid = await leaderless(script);
  const keeper = opened?.keeper;
  expect(await keeper?.signal("a:a", 0, "group")).toEqual({ ok: true });
  expect(sessionOf(pid)).toHaveLength(1);
  expect(await keeper?.signal("a:a", 9, "process")).toEqual({ ok: false, errno: "ESRCH" });
  expect(await keeper?.signal("a:a", 9, "group")).toEqual({ ok: true });
  await eventually(() => sessionOf(pid).length === 0);
  expect(await keeper?.signal("a:a", 0, "group")).toEqual({ ok: false, errno: "ESRCH" });
});

test("who has called setsid belongs to the group as long as it holds what it inherited", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  const started = await keeper.start(sh("a:a", "setsid sleep 1000 & sleep 0.2; exit 0"));
  const pid = started.ok ? started.pid : 0;
  const exit = await opened.exit("a:a");
  expect(exit.left).toMatchObject([{ command: "sleep 1000" }]);
  expect(sessionOf(pid)).toEqual([]);
  expect(await keeper.processes("left")).toMatchObject({ "a:a": [{ command: "sleep 1000" }] });
  expect(await keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  await eventually(() => !keeper.programs.get("a:a")?.run?.mayHaveLeft);
  expect(await keeper.processes("left")).toEqual({});
});

test("the keeper is none of its programs, whatever number its own end of a life FIFO has", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  await keeper.start(sh("a:a", "exec sleep 1000"));
  const life = keeper.programs.get("a:a")?.run?.fifos.life ?? "";
  const ends: number[] = [];
  while ((ends.at(-1) ?? 0) < LIFE_FD) ends.push(fs.openSync(life, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK));
  try {
    expect(fs.readlinkSync(`/proc/self/fd/${LIFE_FD}`)).toBe(life);
    expect(await keeper.processes("all")).toMatchObject({ "a:a": [{ command: "sleep 1000" }] });
  } finally {
    for (const end of ends) fs.closeSync(end);
  }
});

/** Leaves session and group, closes all that it inherited, and shuts out SIGTERM: only a control group holds it. */
const ESCAPE =
  "use POSIX; if (fork) { select undef, undef, undef, 0.3; exit 0 } POSIX::setsid(); exit if fork; " +
  "POSIX::close($_) for 0 .. 255; $SIG{TERM} = 'IGNORE'; sleep 1 while 1";

test("who gets away from session and life FIFO is held by the control group, where there are any", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  const started = await keeper.start(sh("a:a", "exit 0", { file: "/usr/bin/perl", argv: ["perl", "-e", ESCAPE] }));
  const exit = await opened.exit("a:a");
  const path = keeper.programs.get("a:a")?.run?.cgroup?.path ?? "";
  if (keeper.cgroups === null) {
    expect(exit).not.toHaveProperty("left");
    for (const pid of escaped()) sendSignal(pid, "SIGKILL");
    return;
  }
  expect(exit.left).toMatchObject([{ command: `perl -e ${ESCAPE}`.slice(0, 300) }]);
  const pid = exit.left?.[0]?.pid ?? 0;
  expect(pid).not.toBe(started.ok ? started.pid : 0);
  expect(await keeper.signal("a:a", 0, "group")).toEqual({ ok: true });
  expect(await keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  await eventually(() => keeper.programs.get("a:a")?.run?.mayHaveLeft === false);
  expect(fs.existsSync(path)).toBe(false);
  // The keeper itself has come back out of it.
  expect(fs.readFileSync("/proc/self/cgroup", "utf8")).not.toContain(path.split("/").at(-1));
});

test("a program that is not stopped as a group has no control group", async () => {
  opened = openKeeper();
  const stop = { signal: 15, waitsecs: 1, stopasgroup: false, killasgroup: false };
  await opened.keeper.start(sh("a:a", "exec sleep 1000", { stop }));
  expect(opened.keeper.programs.get("a:a")?.run?.cgroup).toBeNull();
  await opened.keeper.signal("a:a", 9, "process");
  await opened.exit("a:a");
});

test("a later keeper finds the control group of a program that it takes over", async () => {
  const first = openKeeper();
  const escape = sh("a:a", "", { file: "/usr/bin/perl", argv: ["perl", "-e", ESCAPE.replace("exit 0", "sleep 1000")] });
  await first.keeper.start(escape);
  await eventually(() => escaped().length === 2);
  const path = first.keeper.programs.get("a:a")?.run?.cgroup?.path;
  first.keeper.close();
  opened = openKeeper(first.folder);
  const { keeper } = opened;
  expect(keeper.programs.get("a:a")?.run?.cgroup?.path).toBe(path);
  await keeper.signal("a:a", 9, "group");
  await opened.exit("a:a");
  if (path !== undefined) await eventually(() => escaped().length === 0);
  else for (const pid of escaped()) sendSignal(pid, "SIGKILL");
});

/** The programs of this test that nobody holds. */
function escaped(): number[] {
  return livingPids().filter((pid) => describeMember(pid)?.command.includes("SIG{TERM} = 'IGNORE'"));
}

test("an end that leaves nobody behind says nothing of it", async () => {
  opened = openKeeper();
  await opened.keeper.start(sh("a:a", "sleep 0.1; exit 0"));
  expect(await opened.exit("a:a")).not.toHaveProperty("left");
});

test("a group whose leader left nobody behind cannot be signalled", async () => {
  await leaderless("exit 0");
  expect(await opened?.keeper.signal("a:a", 0, "group")).toEqual({ ok: false, errno: "ESRCH" });
});

test("SIGKILL to a group reaches the groups that its shell made", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  const started = await keeper.start(sh("a:a", "set -m; sleep 1000 & wait"));
  const pid = started.ok ? started.pid : 0;
  await eventually(() => sessionOf(pid).length === 2);
  await keeper.signal("a:a", 9, "group");
  await opened.exit("a:a");
  await eventually(() => sessionOf(pid).length === 0);
});

test("a keeper that stops everything alone waits for the group, and kills what is deaf", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  const script = "(trap '' TERM; echo deaf; while :; do sleep 1; done) & trap 'exit 0' TERM; wait";
  const stop = { signal: 15, waitsecs: 1, stopasgroup: false, killasgroup: true };
  const started = await keeper.start(sh("a:a", script, { stop }));
  const pid = started.ok ? started.pid : 0;
  await eventually(() => sessionOf(pid).length >= 2);
  await shutDown(keeper);
  expect(sessionOf(pid)).toEqual([]);
});

test("a keeper that stops everything alone gives a program a month, if that is what it may take", async () => {
  opened = openKeeper();
  const { keeper } = opened;
  const stop = { signal: 15, waitsecs: 30 * 86_400, stopasgroup: false, killasgroup: false };
  await keeper.follow("a:a", "stdout", true);
  await keeper.start(sh("a:a", "trap 'sleep 0.3; exit 7' TERM; echo ready; while :; do sleep 0.05; done", { stop }));
  await opened.until(() => opened?.told.some((event) => event.type === "output") === true);
  await shutDown(keeper);
  expect(await opened.exit("a:a")).toMatchObject({ code: 7, signal: null });
});

test("a signal to the group reaches what earlier runs have left, and 0 tells of it", async () => {
  opened = openKeeper();
  const { keeper, exit } = opened;
  await keeper.start(sh("a:a", "sleep 1000 & exit 3"));
  await exit("a:a");
  await keeper.start(sh("a:a", "exec sleep 1000", { incarnation: 2 }));
  const members = async (): Promise<number> => (await keeper.processes("all"))["a:a"]?.length ?? 0;
  expect(await members()).toBe(2);
  expect(await keeper.signal("a:a", 15, "process")).toEqual({ ok: true });
  await exit("a:a", 2);
  expect(await members()).toBe(1);
  expect(await keeper.signal("a:a", 0, "group")).toEqual({ ok: true });
  expect(await keeper.signal("a:a", 15, "group")).toEqual({ ok: true });
  await eventually(() => !keeper.programs.get("a:a")?.signal(0, "group").ok);
  expect(await members()).toBe(0);
});

test("a keeper that stops everything alone ends what is left of those that have ended, too", async () => {
  opened = openKeeper();
  const { keeper, exit } = opened;
  const started = await keeper.start(sh("a:a", "sleep 1000 & exit 3"));
  await exit("a:a");
  await shutDown(keeper);
  expect(sessionOf(started.ok ? started.pid : 0)).toEqual([]);
});

test("runs whose rest has closed its output and ended since do not become more and more", async () => {
  opened = openKeeper();
  const { keeper, exit } = opened;
  for (let incarnation = 1; incarnation <= 20; incarnation++) {
    const started = await keeper.start(sh("a:a", "sleep 1000 >&- 2>&- <&- & exit 3", { incarnation }));
    await exit("a:a", incarnation);
    for (const pid of sessionOf(started.ok ? started.pid : 0)) sendSignal(pid, "SIGKILL");
    await eventually(() => sessionOf(started.ok ? started.pid : 0).length === 0);
  }
  expect(keeper.programs.get("a:a")?.runsAlive(true).length).toBeLessThanOrEqual(8);
});

test("members are found also where the way to the keeper's folder is a link", async () => {
  const folder = makeFolder();
  fs.mkdirSync(join(folder, "there"));
  fs.symlinkSync("there", join(folder, "here"));
  opened = { ...openKeeper(join(folder, "here")), folder };
  const { keeper, exit } = opened;
  // With nothing but its life FIFO to know it by.
  Object.assign(keeper, { cgroups: null });
  await keeper.start(sh("a:a", "setsid sleep 1000 & sleep 0.2; exit 0"));
  expect((await exit("a:a")).left).toMatchObject([{ command: "sleep 1000" }]);
  expect(await keeper.signal("a:a", 9, "group")).toEqual({ ok: true });
  await eventually(() => !keeper.programs.get("a:a")?.run?.mayHaveLeft);
});
