import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually, makeFolder, removeFolder } from "./harness.ts";
import { FailingCalls } from "../support/failing-calls.ts";
import { markedProcesses } from "../support/marked-processes.ts";
import { sendSignal } from "../support/send-signal.ts";
import { sessionOf } from "../support/session-of.ts";

// The real program, built as it is shipped, with a tiny supervisor that talks to it through the real connection.
const built = makeFolder();
let folder = "";
let report = "";
const keepers: ChildProcess[] = [];

beforeAll(async () => {
  const define = { __SUP_VERSION__: JSON.stringify("0.0.0") };
  const shared = { bundle: true, platform: "node", logLevel: "error", define } as const;
  await build({ ...shared, entryPoints: ["src/cli/keeper.ts"], format: "cjs", outfile: join(built, "keeper.cjs") });
  await build({
    ...shared,
    entryPoints: ["test/programs/supervisor-for-keeper.ts"],
    format: "esm",
    outfile: join(built, "supervisor.mjs"),
  });
});
beforeEach(() => {
  folder = makeFolder();
  report = join(folder, "report");
  fs.writeFileSync(report, "");
});
afterEach(async () => {
  for (const keeper of keepers.splice(0)) {
    keeper.kill("SIGKILL");
    await ended(keeper);
  }
  // Programs live on, also one that was being started just now; the test's supervisors end by themselves.
  await eventually(() => {
    const left = markedProcesses(report);
    for (const pid of left) tryToKill(pid);
    return left.length === 0;
  });
  await removeFolder(folder);
});
afterAll(() => removeFolder(built));

/** One of ours, by its environment; it may end at any moment. */
function tryToKill(pid: number): void {
  try {
    sendSignal(pid, "SIGKILL");
  } catch {
    // It has.
  }
}

function startKeeper(environment: Record<string, string> = {}, ...options: string[]): ChildProcess {
  const args = [join(built, "keeper.cjs"), "--runtime", folder, "--crash-log", join(folder, "crash.log"), ...options];
  const keeper = spawn(process.execPath, [...args, "--", process.execPath, join(built, "supervisor.mjs")], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, SUP_TEST_REPORT: report, ...environment },
  });
  keepers.push(keeper);
  return keeper;
}

function lines(start: string): string[] {
  return fs
    .readFileSync(report, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(start));
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.on("exit", resolve));
}

const supervisorPid = (): number => Number(lines("supervisor").at(-1)?.split(" ")[1]);
test("killing the supervisor again and again loses no exit, doubles none, and starts nothing twice", async () => {
  startKeeper({ SUP_TEST_SCRIPT: "sleep 0.03; exit 3" });
  for (let round = 1; round <= 8; round++) {
    await eventually(() => lines("supervisor").length === round);
    const before = lines("exit").length;
    await eventually(() => lines("exit").length >= before + 3);
    sendSignal(supervisorPid(), "SIGKILL");
  }
  await eventually(() => lines("supervisor").length === 9);
  const before = lines("exit").length;
  await eventually(() => lines("exit").length >= before + 6);
  for (const key of ["a:a", "b:b", "c:c"]) {
    const exits = lines(`exit ${key}`).map((line) => line.split(" "));
    // A supervisor killed between its report and its acknowledgement reports once more; the keeper cannot know.
    const numbers = [...new Set(exits.map(([, , incarnation]) => Number(incarnation)))];
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    expect(exits.length - numbers.length).toBeLessThanOrEqual(8);
    expect(exits.every(([, , , how]) => how === "3")).toBe(true);
    const starts = lines(`started ${key}`).map((line) => line.split(" ")[2]);
    expect(new Set(starts).size).toBe(starts.length);
  }
  expect(lines("supervisor").at(-1)).toMatch(/restarts 8$/);
});

test("TERM is relayed, and the keeper exits with the status the supervisor chose", async () => {
  const keeper = startKeeper({ SUP_TEST_SCRIPT: "sleep 60" });
  await eventually(() => lines("started").length === 3);
  keeper.kill("SIGHUP");
  keeper.kill("SIGUSR2");
  await eventually(() => lines("relayed").length === 2);
  keeper.kill("SIGTERM");
  expect(await ended(keeper)).toBe(7);
  expect(lines("relayed").toSorted()).toEqual(["relayed HUP", "relayed TERM", "relayed USR2"]);
});

test.each(["EMFILE", "ENOMEM"] as const)(
  "a supervisor that cannot be started for %s is tried again until it can",
  async (errno) => {
    const calls = new FailingCalls({ path: (name) => join(folder, name) });
    startKeeper({ SUP_TEST_SCRIPT: "exec sleep 60", ...calls.environment });
    await eventually(() => lines("started").length === 3);
    const pid = Number(lines("started")[0]?.split(" ")[3]);
    calls.fail("fork", errno);
    sendSignal(supervisorPid(), "SIGKILL");
    const said = (): string => fs.readFileSync(join(folder, "crash.log"), { encoding: "utf8", flag: "a+" });
    await eventually(() => said().includes(errno));
    calls.heal("fork");
    await eventually(() => lines("supervisor").length === 2);
    const lack = said().match(/the supervisor cannot be started: .*/g);
    expect(lack).toHaveLength(1);
    expect(lack?.[0]).toMatch(new RegExp(`${errno}; trying again every 1000 ms$`));
    await eventually(() => lines("kept").length === 3);
    expect(sessionOf(pid)).toContain(pid);
  },
);

test("a folder that cannot be removed does not keep the keeper from ending", async () => {
  const keeper = startKeeper({ SUP_TEST_SCRIPT: "exec sleep 60" }, "--temporary");
  await eventually(() => lines("started").length === 3);
  const mounted = join(folder, "mounted");
  fs.mkdirSync(mounted);
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", mounted]);
  try {
    let said = "";
    keeper.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    keeper.kill("SIGTERM");
    expect(await ended(keeper)).toBe(7);
    // Node 26 names no errno here.
    expect(said).toMatch(/^keeper: cannot clean up: Error: .*(?:EBUSY|Device or resource busy)/);
    expect(said.trim().split("\n"), "nothing else is said").toHaveLength(1);
  } finally {
    execFileSync("umount", ["-l", mounted]);
  }
});

test("a keeper begins also with records that are larger than its memory, if most of them are out of date", async () => {
  fs.mkdirSync(join(folder, "keeper"));
  const state = { seq: 7, acknowledged: 7, changes: { handled: "7", large: "x".repeat(1024 * 1024) } };
  const line = `${JSON.stringify({ state })}\n`;
  const file = fs.openSync(join(folder, "keeper/registry.jsonl"), "w", 0o600);
  for (let at = 0; at < 100; at++) fs.writeSync(file, line);
  fs.closeSync(file);
  startKeeper({ SUP_TEST_SCRIPT: "exec sleep 60", NODE_OPTIONS: "--max-old-space-size=64" });
  await eventually(() => lines("started").length === 3);
});

test("the end of the owner's descriptor counts as TERM", async () => {
  const keeper = startKeeper({ SUP_TEST_SCRIPT: "exec sleep 60" }, "--owner-fd", "3");
  await eventually(() => lines("started").length === 3);
  // It is the keeper's alone: a program has its three streams and the life FIFO.
  const program = lines("started")[0]?.split(" ")[3];
  await eventually(() => fs.readFileSync(`/proc/${program}/cmdline`, "latin1").startsWith("sleep"));
  expect(fs.readdirSync(`/proc/${program}/fd`).toSorted()).toEqual(["0", "1", "120", "2"]);
  keeper.stdio[3]?.destroy();
  expect(await ended(keeper)).toBe(7);
});

test("a supervisor that does not answer to TERM is done without: programs are stopped, the keeper ends", async () => {
  const keeper = startKeeper({ SUP_TEST_SCRIPT: 'trap "" TERM; sleep 60; sleep 60', SUP_TEST_SILENT: "1" });
  await eventually(() => lines("started").length === 3);
  const pids = lines("started").map((line) => Number(line.split(" ")[3]));
  keeper.kill("SIGTERM");
  expect(await ended(keeper)).toBe(0);
  expect(pids.flatMap(sessionOf)).toEqual([]);
});

test("killing the keeper kills no program; the next one takes them over, with their output", async () => {
  const go = join(folder, "go");
  // 500 numbered lines, and 500 more, while no keeper reads, when the test says so.
  const say = 'n=$((i+500)); while [ $i -lt $n ]; do i=$((i+1)); echo "$0 $$ $i"; done';
  const script = `trap "exit 9" USR1; i=0; ${say}; until [ -e ${go} ]; do sleep 0.01; done; ${say}; : > ${go}.$$; while :; do sleep 0.01; done`;
  const first = startKeeper({ SUP_TEST_SCRIPT: script });
  await eventually(() => lines("started").length === 3);
  const pids = lines("started").map((line) => Number(line.split(" ")[3]));
  const [dead = 0, survivor = 0] = pids;
  const numbers = (): number[] =>
    fs
      .readFileSync(`${report}.log`, "utf8")
      .split("\n")
      .map((line) => line.split(" "))
      .flatMap(([, pid, number]) => (pid === String(survivor) ? [Number(number)] : []));
  await eventually(() => numbers().length === 500);
  first.kill("SIGKILL");
  await ended(first);
  // One dies while nobody is its parent.
  sendSignal(dead, "SIGKILL");
  await eventually(() => sessionOf(dead).length === 0);
  fs.writeFileSync(go, "");
  await eventually(() => fs.existsSync(`${go}.${survivor}`));
  startKeeper({ SUP_TEST_SCRIPT: script });
  await eventually(() => lines("kept").length === 2 && lines("exit").length === 1 && lines("started").length === 4);
  const key = lines("started")[0]?.split(" ")[1];
  expect(lines("exit")).toEqual([`exit ${key} 1 unknown`]);
  expect(lines("kept").every((line) => line.endsWith(" adopted"))).toBe(true);
  await eventually(() => numbers().length === 1000);
  expect(numbers()).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
  sendSignal(survivor, "SIGUSR1");
  await eventually(() => lines("exit").length === 2);
  expect(lines("exit")[1]).toMatch(/ 1 unknown$/);
});

test("a second keeper for the same folder ends with status 3 and names the owner", async () => {
  const first = startKeeper({ SUP_TEST_SCRIPT: "sleep 60" });
  await eventually(() => lines("started").length === 3);
  const second = startKeeper();
  let said = "";
  second.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  expect(await ended(second)).toBe(3);
  await eventually(() => said.includes(`pid ${first.pid}`));
});

test.each(["0", "1"])(
  "every run of a program that kills its keeper at once is told (SUP_NATIVE=%s)",
  async (native) => {
    const truth = join(folder, "truth");
    // Its parent may be gone already, and somebody else, such as the init of the test's machine, in its place.
    const script = `echo $$ >> ${truth}; grep -q keeper.cjs /proc/$PPID/cmdline && kill -9 $PPID; exit 3`;
    for (let kills = 0; kills < 8;) {
      const keeper = startKeeper({ SUP_TEST_SCRIPT: script, SUP_NATIVE: native });
      await ended(keeper);
      // A process that was forked but has not executed yet holds the lock of the keeper that was killed, for a moment.
      if (keeper.signalCode === "SIGKILL") kills++;
    }
    // Whoever was started last may not have run yet.
    const before = lines("supervisor").length;
    startKeeper({ SUP_TEST_SCRIPT: "exec sleep 1000", SUP_NATIVE: native });
    await eventually(() => lines("supervisor").length > before);
    const last = lines("supervisor").length;
    await eventually(() => lines("started").length >= 3 && lines("supervisor").length === last);
    const runs = (): number => fs.readFileSync(truth, "utf8").trim().split("\n").length;
    // The last keeper has still to hear of the ends of what it took over; what is lost never comes.
    await eventually(() => new Set(lines("exit").map((line) => line.split(" ", 3).join(" "))).size >= runs());
    const told = new Map<string, string>();
    for (const line of lines("exit")) {
      const [, key, incarnation, how = ""] = line.split(" ");
      const name = `${key} ${incarnation}`;
      // One that was told to a supervisor who could not say so any more is told again; but nothing else.
      expect(told.get(name) ?? how).toBe(how);
      told.set(name, how);
    }
    expect(runs()).toBeGreaterThanOrEqual(8);
    for (const key of ["a:a", "b:b", "c:c"]) {
      const numbers = [...told.keys()].filter((name) => name.startsWith(key)).map((name) => Number(name.split(" ")[1]));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
    }
  },
);
