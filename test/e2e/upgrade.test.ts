import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Project, programs, seen, type Status } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

// `sup upgrade`: another version takes over, and no program notices.

const root = resolve(import.meta.dirname, "../..");
let project: Project;

beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

/** An installation of another version: the same code under another number, or with a supervisor that cannot do its work. */
function install(version: string, supervisor: string | null = null): (...args: string[]) => Promise<Ended> {
  const folder = join(project.folder, `sup-${version}`);
  mkdirSync(folder);
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true });
  symlinkSync(join(root, "templates"), join(folder, "templates"));
  for (const name of readdirSync(join(folder, "dist")).filter((name) => name.endsWith(".cjs"))) {
    const file = join(folder, "dist", name);
    const text = readFileSync(file, "utf8").replace(/version ?= ?"\d+\.\d+\.\d+"/, `version = "${version}"`);
    writeFileSync(file, supervisor !== null && name === "supervisor.cjs" ? supervisor : text);
  }
  return async (...args) => {
    const options = { cwd: project.folder, env: project.env, extendEnv: false, reject: false } as const;
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      [join(folder, "dist/sup.cjs"), ...args],
      options,
    );
    return { stdout, stderr, exitCode };
  };
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** A program that writes numbered lines as fast as its log takes them, and one that does nothing. */
function configure(): void {
  mkdirSync(join(project.folder, "truth"), { recursive: true });
  const log = { stdoutLogfile: join(project.folder, "writer.log"), stdoutLogfileMaxbytes: 0 };
  const writer = { command: `perl ${programs}/writer.pl writer ${project.folder}/truth 500 60`, ...log };
  project.write(
    "supervisor.config.json",
    JSON.stringify({ programs: { writer: { ...writer, stopwaitsecs: 60 }, idle: { command: "sleep 1000" } } }),
  );
}

function pidsOf(status: Status): Record<string, number> {
  return Object.fromEntries(status.processes.map((one) => [one.namespec, one.pid]));
}

/** Ends the writer and compares its log with what it says that it wrote. */
async function expectAllLines(pid: number): Promise<void> {
  expect((await project.sup("stop", "writer")).exitCode).toBe(0);
  const written = Number(readFileSync(join(project.folder, `truth/writer.${pid}.count`), "latin1"));
  const lines = readFileSync(join(project.folder, "writer.log"), "latin1").split("\n");
  const numbers = lines.filter((line) => line.startsWith(`writer ${pid} `)).map((line) => Number(line.split(" ")[2]));
  expect(numbers.length).toBe(written);
  expect(numbers.findIndex((number, index) => number !== index)).toBe(-1);
}

describe("sup upgrade", () => {
  test("replaces the supervisor by another version while programs run on, and by the old one again", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const newer = install("9.9.9");
    const up = await newer("upgrade");
    expect(up.stderr).toBe("");
    const after = await project.status();
    expect(after.version).toBe("9.9.9");
    expect(up.stdout).toBe(
      `Supervisor: version ${before.version} -> 9.9.9, pid ${before.supervisorPid} -> ${after.supervisorPid}.\n` +
        `Keeper: pid ${before.pid} as before, version ${before.version}.\nPrograms: 2 programs run on, untouched.`,
    );
    expect(pidsOf(after)).toEqual(pidsOf(before));
    expect(after.processes.map((one) => one.restarts)).toEqual([0, 0]);
    // It stays so after a crash of the new one.
    sendSignal(after.supervisorPid, "SIGKILL");
    const again = await project.until((status) => status.supervisorPid !== after.supervisorPid, "the next supervisor");
    expect(again.version).toBe("9.9.9");
    expect((await project.sup("upgrade")).stdout).toContain(`version 9.9.9 -> ${before.version}`);
    expect(pidsOf(await project.status())).toEqual(pidsOf(before));
    await expectAllLines(pidsOf(before)["writer"] ?? 0);
  });

  test("goes back to the old version if the new one falls over, and says so", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const up = await install("6.6.6", `throw new Error("not today");\n`)("upgrade");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain(`version 6.6.6 fell over, and version ${before.version} was started again`);
    expect(pidsOf(await project.status())).toEqual(pidsOf(before));
    await expectAllLines(pidsOf(before)["writer"] ?? 0);
  });

  test("goes back to the old version if the new one is removed", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    await install("9.9.9")("upgrade");
    const newer = await project.status();
    expect(newer.version).toBe("9.9.9");
    rmSync(join(project.folder, "sup-9.9.9"), { recursive: true });
    sendSignal(newer.supervisorPid, "SIGKILL");
    const after = await project.status();
    expect(after.version).toBe(before.version);
    expect(pidsOf(after)).toEqual(pidsOf(before));
    const states = join(project.folder, ".state");
    const log = readFileSync(join(states, readdirSync(states)[0] ?? "", "crash.log"), "utf8");
    expect(log).toMatch(/sup-9\.9\.9\/dist\/supervisor\.cjs is gone: going back to .*dist\/supervisor\.cjs/);
  });

  test("with --keeper replaces the keeper too, and says what that costs", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const up = await install("9.9.9")("upgrade", "--keeper");
    expect(up.stderr).toBe("");
    expect(up.stdout).toContain("Exit statuses of the programs that run now will be unknown");
    const after = await project.status();
    expect(after.pid).not.toBe(before.pid);
    expect(isAlive(before.pid)).toBe(false);
    expect([after.version, after.keeperVersion]).toEqual(["9.9.9", "9.9.9"]);
    expect(pidsOf(after)).toEqual(pidsOf(before));
    await expectAllLines(pidsOf(before)["writer"] ?? 0);
  });

  test.each([
    ["keeper", "the keeper of version 6.6.6 could not take over, and version"],
    ["supervisor", "version 6.6.6 fell over, and version"],
  ])("with --keeper goes back if the new %s cannot live, and says so", async (part, words) => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const sup = install("6.6.6");
    writeFileSync(join(project.folder, `sup-6.6.6/dist/${part}.cjs`), `throw new Error("not today");\n`);
    const up = await sup("upgrade", "--keeper");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain(`${words} ${before.version} was started again`);
    expect(up.stderr).toContain("Programs were not touched.");
    const after = await project.status();
    expect(after.version).toBe(before.version);
    expect(after.keeperVersion).toBe(part === "keeper" ? before.keeperVersion : "6.6.6");
    expect(pidsOf(after)).toEqual(pidsOf(before));
    expect(after.processes.map((one) => one.state)).toEqual(["RUNNING", "RUNNING"]);
    await expectAllLines(pidsOf(before)["writer"] ?? 0);
  });

  test("with --keeper goes on, and to the end, if whoever asked for it has gone meanwhile", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const runtimes = join(project.folder, ".run");
    const runtime = join(runtimes, readdirSync(runtimes)[0] ?? "");
    // Before the old keeper has ended, so it cannot have started the next one.
    const asking = new Promise<void>((resolve) => {
      const watcher = watch(runtime, (_, name) => {
        if (name !== "upgrade.json") return;
        watcher.close();
        resolve();
      });
    });
    const client = project.spawn(["upgrade", "--keeper"]);
    await asking;
    client.kill("SIGINT");
    // Its successor is nobody's child here, and there may be no daemon for a moment.
    let after: Status | null = null;
    for (const end = Date.now() + 60_000; after === null || after.pid === before.pid;) {
      if (Date.now() > end) throw new Error("there is no next keeper");
      after = await project.status().catch(() => null);
    }
    expect(pidsOf(after)).toEqual(pidsOf(before));
    await expectAllLines(pidsOf(before)["writer"] ?? 0);
  });

  test("says so if the keeper is killed before the next supervisor answers", async () => {
    configure();
    await project.sup("up", "--wait");
    const before = await project.status();
    const started = join(project.folder, "started");
    const asked = install(
      "7.7.7",
      `require("node:fs").writeFileSync(${JSON.stringify(started)}, ""); process.on("disconnect", () => process.exit());`,
    )("upgrade");
    for (const end = Date.now() + 60_000; !existsSync(started); await setTimeout(10))
      if (Date.now() > end) throw new Error("the new supervisor is not started");
    sendSignal(before.pid, "SIGKILL");
    const { stderr, exitCode } = await asked;
    expect(exitCode).toBe(3);
    expect(stderr).toContain("was killed; 2 of its programs run on");
    await project.sup("up", "-d");
    expect(pidsOf(await project.status())).toEqual(pidsOf(before));
  });

  test("of a daemon in the foreground leaves the keeper alone", async () => {
    configure();
    const foreground = project.spawn(["up"]);
    await seen(foreground, /writer \d+ 0/);
    const up = await project.sup("upgrade", "--keeper");
    expect(up.exitCode).toBe(1);
    expect(up.stderr).toContain("the keeper ends with the terminal");
    expect(readdirSync(join(project.folder, ".run"), { recursive: true }).join("\n")).not.toContain("upgrade.json");
    await project.sup("down");
    await foreground;
  });
});

describe("a keeper of protocol 1", () => {
  const oldKeeper = join(root, "test/fixtures/keeper/keeper-protocol-1.cjs");

  /** The daemon as an earlier version would have left it running: its keeper, with the supervisor of today. */
  async function start(): Promise<void> {
    // A first run shows where the daemon's things are.
    await project.sup("up", "-d");
    const runtimes = join(project.folder, ".run");
    const runtime = join(runtimes, readdirSync(runtimes)[0] ?? "");
    await project.sup("down");
    const supervisor = [process.execPath, join(root, "dist/supervisor.cjs")];
    const config = ["--config", join(project.folder, "supervisor.config.json"), "--mode", "production", "--watch"];
    const crashLog = openSync(join(project.folder, "crash.log"), "a");
    spawn(process.execPath, [oldKeeper, "--runtime", runtime, "--", ...supervisor, ...config], {
      cwd: project.folder,
      env: project.env,
      detached: true,
      stdio: ["ignore", "ignore", crashLog],
    }).unref();
    for (;;) {
      const { exitCode } = await project.sup("status");
      if (exitCode !== 3) return;
    }
  }

  test("works with the supervisor of today", async () => {
    configure();
    await start();
    const before = await project.until(
      (status) => status.processes.every((one) => one.state === "RUNNING"),
      "the programs",
    );
    expect(before.keeperVersion).toBe("");
    // Deaths are told exactly, also over a death of the supervisor.
    const { idle = 0, writer = 0 } = pidsOf(before);
    sendSignal(before.supervisorPid, "SIGKILL");
    sendSignal(idle, "SIGKILL");
    const after = await project.until(
      (status) =>
        status.supervisorPid !== before.supervisorPid && status.processes.every((one) => one.state === "RUNNING"),
      "the program that was killed to come back",
    );
    expect(pidsOf(after)["writer"]).toBe(writer);
    expect(pidsOf(after)["idle"]).not.toBe(idle);
    expect(after.processes.map((one) => one.restarts).sort()).toEqual([0, 1]);
    // The same program in its place is an upgrade too; another place it cannot be told.
    expect((await project.sup("upgrade")).stdout).toContain("2 programs run on, untouched");
    const elsewhere = await install("9.9.9")("upgrade");
    expect(elsewhere.stderr).toContain("the keeper is of the first version");
    expect(pidsOf(await project.status())).toEqual(pidsOf(after));
    // With its keeper, it can be had.
    expect((await project.sup("upgrade", "--keeper")).exitCode).toBe(0);
    expect((await project.status()).keeperVersion).not.toBe("");
    expect(pidsOf(await project.status())).toEqual(pidsOf(after));
    await expectAllLines(writer);
  });
});
