import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { placesFor } from "../../src/daemon/places.ts";
import { Project, programs, seen } from "../support/project.ts";

const LINE = 100;
let project: Project;

beforeEach(() => {
  project = new Project();
});

afterEach(() => project.close());

/** Starts a program that writes `first` lines, and `second` more once `go` exists; resolves when the first are logged. */
async function flood(first: number, second: number, limits: string): Promise<string> {
  const command = `perl ${join(programs, "two-floods.pl")} ${first} ${second} ${join(project.folder, "go")}`;
  const log = join(project.folder, "flood.log");
  project.write(
    "supervisor.config.ts",
    `import { defineConfig } from "sup";
     export default defineConfig({ programs: {
       flood: { command: ${JSON.stringify(command)}, stdoutLogfile: ${JSON.stringify(log)}, ${limits} },
     } });`,
  );
  expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
  await holds(() => sizes(log) === first * LINE, `${first} lines in the log`);
  return log;
}

/** The files of a log, oldest first. */
function files(log: string): readonly string[] {
  const backups: string[] = [];
  for (let index = 1; existsSync(`${log}.${index}`); index++) backups.unshift(`${log}.${index}`);
  return [...backups, log];
}

function sizes(log: string): number {
  return files(log).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Looks again and again: the fact itself is what is waited for. */
async function holds(fact: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !fact();) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Most memory that a process ever had, in bytes. */
function peak(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function openLogs(pid: number, log: string): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(log);
    } catch {
      return false;
    }
  }).length;
}

const hash = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

test("all of a log of many files comes out as it is, and the supervisor's memory stays flat", async () => {
  const log = await flood(300_000, 0, `stdoutLogfileMaxbytes: "2MB", stdoutLogfileBackups: 20`);
  const written = Buffer.concat(files(log).map((file) => readFileSync(file)));
  expect(files(log).length).toBeGreaterThan(10);
  const { supervisorPid } = await project.status();
  const before = peak(supervisorPid);

  const all = await project.sup("logs", "-n", "100000000", "--raw");
  expect(all.stderr).toBe("");
  expect(all.stdout.length + 1).toBe(written.length);
  expect(hash(`${all.stdout}\n`)).toBe(hash(written));

  // Half of it begins in the middle of a backup.
  const half = await project.sup("logs", "-n", "150000", "--raw");
  expect(hash(`${half.stdout}\n`)).toBe(hash(written.subarray(150_000 * LINE)));
  expect(peak(supervisorPid) - before).toBeLessThan(40 << 20);
  expect(openLogs(supervisorPid, log)).toBe(0);
});

test("a reader that reads nothing costs nothing, holds up nobody, and is forgotten when it leaves", async () => {
  const log = await flood(200_000, 0, `stdoutLogfileMaxbytes: "4MB", stdoutLogfileBackups: 9`);
  const { supervisorPid } = await project.status();
  const before = peak(supervisorPid);
  const socketPath = placesFor(join(project.folder, "supervisor.config.ts"), project.env).socket;
  const lazy = request({ socketPath, path: "/api/v1/stream?logs=1&lines=100000000" });
  lazy.on("error", () => undefined);
  const answer = new Promise<void>((resolve) =>
    lazy.once("response", (response) => void resolve(void response.pause())),
  );
  lazy.end();
  await answer;
  await holds(() => openLogs(supervisorPid, log) > 0, "the supervisor to open the logs");
  await project.until(({ processes }) => processes[0]?.state === "RUNNING", "the program to run");
  expect(peak(supervisorPid) - before).toBeLessThan(40 << 20);
  expect(openLogs(supervisorPid, log)).toBeGreaterThan(0);
  lazy.destroy();
  await holds(() => openLogs(supervisorPid, log) === 0, "the supervisor to close the logs");
});

test.each(["60KB", "2MB"])(
  "following a flood that rotates at %s shows whole lines in order, and every byte or how many are missing",
  async (maxbytes) => {
    const first = 50_000;
    const second = 150_000;
    await flood(first, second, `stdoutLogfileMaxbytes: "${maxbytes}", stdoutLogfileBackups: 500`);
    const { supervisorPid } = await project.status();
    const before = peak(supervisorPid);
    const reader = project.spawn(["logs", "-f", "-n", "100000000", "flood"]);
    const told = { shown: 0, missing: 0, text: "" };
    reader.stderr.on("data", (chunk: Buffer) => {
      told.text += chunk.toString();
      told.missing = [...told.text.matchAll(/^sup: flood: (\d+) bytes not shown\n/gm)].reduce(
        (sum, match) => sum + Number(match[1]),
        0,
      );
    });
    reader.stdout.on("data", (chunk: Buffer) => void (told.shown += chunk.length));
    // In the middle of the past the program goes on.
    await holds(() => told.shown > 0, "the first lines");
    project.write("go", "");
    await holds(() => told.shown + told.missing >= (first + second) * LINE, "everything to be shown or counted");
    reader.kill("SIGINT");
    const { stdout } = await reader;

    const lines = stdout.split("\n");
    const whole = lines.filter((line) => /^\d{10} x{88}$/.test(line));
    expect(whole.length).toBe(lines.length);
    const numbers = whole.map((line) => Number(line.slice(0, 10)));
    expect(numbers.findIndex((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))).toBe(-1);
    expect(told.shown + told.missing).toBe((first + second) * LINE);
    // What was logged before is not live: it is shown whatever else happens.
    expect(numbers.slice(0, first)).toEqual(Array.from({ length: first }, (_, index) => index));
    expect(peak(supervisorPid) - before).toBeLessThan(60 << 20);
  },
);

test("sup logs shows a last line without an end where it belongs, not behind the other streams", async () => {
  const command = "sh -c 'echo one >&2; echo one; printf two; exec sleep 1000'";
  project.write("supervisor.config.json", JSON.stringify({ programs: { a: { command }, b: { command } } }));
  await project.sup("up", "-d");
  await project.until((status) => status.processes.every((one) => existsSync(one.stdoutLogfile)), "the logs");
  const { processes } = await project.status();
  for (const { stdoutLogfile } of processes)
    await holds(() => readFileSync(stdoutLogfile, "utf8") === "one\ntwo", "the output");
  const { stdout } = await project.sup("logs");
  expect(stdout.split("\n")).toEqual(["a | one", "a | two", "a | one", "b | one", "b | two", "b | one"]);
});

test("of programs that keep no log it is said that they do not, beside what others have written", async () => {
  const said = (name: string) => `bash -c 'echo from ${name}; sleep 1041'`;
  const none = { stdoutLogfile: "NONE", stderrLogfile: "NONE" };
  const programs = {
    mute: { command: said("mute"), ...none },
    dev: { command: said("dev"), stdoutLogfile: "/dev/null", stderrLogfile: "syslog" },
    told: { command: said("told") },
    silent: { command: "sleep 1042" },
  };
  project.write("supervisor.config.ts", `export default ${JSON.stringify({ programs })};`);
  expect(await project.sup("up", "--wait")).toMatchObject({ exitCode: 0 });
  const why = "neither stdoutLogfile nor stderrLogfile is a file.";
  const next = "Set one, or see what is written from now on with `sup logs -f`.";
  expect(await project.sup("logs")).toEqual({
    exitCode: 0,
    stdout: "told   | from told",
    stderr: `sup: no log is kept of dev, mute: ${why} ${next}`,
  });
  expect(await project.sup("logs", "mute")).toMatchObject({ stderr: `sup: no log is kept of mute: ${why} ${next}` });
  expect(await project.sup("logs", "silent")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const following = project.spawn(["logs", "-f", "mute"]);
  await seen(following, /no log is kept of mute: .* What is written from now on is shown\./);
  await project.sup("restart", "mute");
  await seen(following, /^from mute$/m);
  following.kill("SIGINT");
  await following;
});
