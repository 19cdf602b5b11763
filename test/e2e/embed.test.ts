import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { transform } from "esbuild";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/http.ts";
import { markedProcesses } from "../support/marked-processes.ts";
import { sendSignal } from "../support/send-signal.ts";

const root = resolve(import.meta.dirname, "../..");
let folder: string;
let mark: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "embed-")));
  mark = `EMBED_TEST=${folder}`;
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/sup"));
  mkdirSync(join(folder, "tmp"));
});

afterEach(() => {
  for (const pid of markedProcesses(mark)) sendSignal(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script as Node 20 does that knows no `await using`, in a folder where `sup` is installed. */
async function run(text: string, name = "script.mjs") {
  const { code } = await transform(text, { loader: "ts", target: "node20.11", format: "esm" });
  writeFileSync(join(folder, name), code);
  return execa(process.execPath, [name], {
    cwd: folder,
    env: { ...process.env, EMBED_TEST: folder, TMPDIR: join(folder, "tmp") },
    reject: false,
    all: true,
    timeout: 120_000,
    detached: true,
  });
}

function expectNothingLeft(): void {
  expect(markedProcesses(mark)).toEqual([]);
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
}

/** What a script says about itself, before and after. */
const INVENTORY = `
  const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGCHLD", "SIGPIPE", "exit", "beforeExit", "uncaughtException", "unhandledRejection", "warning"];
  // Node opens it when somebody looks; newer ones do for the colours of a text.
  void process.stderr;
  const inventory = async () => {
    // What is closed goes away in the next turns of the event loop.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    return JSON.stringify({
      handlers: SIGNALS.map((name) => process.listenerCount(name)),
      resources: process.getActiveResourcesInfo().filter((name) => name !== "Immediate").sort(),
      globals: Object.getOwnPropertyNames(globalThis).length,
      cwd: process.cwd(),
      environment: Object.keys(process.env).length,
    });
  };`;

describe("the example", () => {
  test("starts three programs, waits for one, follows events, and leaves nothing behind", async () => {
    for (const name of readdirSync(join(root, "examples/embed"))) {
      writeFileSync(join(folder, name), readFileSync(join(root, "examples/embed", name)));
    }
    const result = await run(readFileSync(join(root, "examples/embed/main.mjs"), "utf8"), "main.mjs");
    expect(result.exitCode, result.all).toBe(0);
    const lines = result.stdout.split("\n");
    expect(lines).toContain("server: ready");
    expect(lines).toContain("the server says: hello");
    expect(lines).toContain("server: RUNNING -> STOPPING");
    expect(lines.find((line) => line.startsWith("server "))).toMatch(/^server RUNNING, store STOPPED, worker \w+$/);
    expect(lines.at(-1)).toBe("done");
    expect(result.stderr).toBe("");
    expectNothingLeft();
  });
});

describe("an embedded supervisor", () => {
  test("is one of several, and leaves no handler, no handle, no process and no file", async () => {
    const result = await run(`
      import { createSupervisor } from "sup/embed";
      ${INVENTORY}
      console.log("standard output is open");
      const before = await inventory();
      {
        const program = (n) => ({ programs: { sleeper: { command: "sleep 10" + n, startsecs: 0 } } });
        await using one = await createSupervisor(program(1));
        await using two = await createSupervisor(program(2));
        await Promise.all([one.ready("sleeper"), two.ready("sleeper")]);
        const [a, b] = await Promise.all([one.status(), two.status()]);
        if (a.pid === b.pid || a.config.file === b.config.file) throw new Error("they are the same");
        await one.stop("sleeper");
        console.log((await one.status()).processes[0].state, (await two.status()).processes[0].state);
        const { steps } = await two.update({ programs: { sleeper: { command: "sleep 103", startsecs: 0 }, more: { command: "sleep 104", startsecs: 0 } } });
        console.log(steps.map((step) => step.action + " " + step.namespec).sort().join(", "));
      }
      const after = await inventory();
      console.log(before === after ? "same" : before + after);
    `);
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout.split("\n")).toEqual([
      "standard output is open",
      "STOPPED RUNNING",
      "add more, restart sleeper",
      "same",
    ]);
    expectNothingLeft();
  });

  test("says what is wrong with a config as a file's would be, and starts nothing", async () => {
    const result = await run(`
      import { createSupervisor, ConfigError } from "sup/embed";
      ${INVENTORY}
      console.log("standard output is open");
      const before = await inventory();
      const cyclic = {}; cyclic.programs = cyclic;
      for (const config of [
        { programs: { a: { comand: "sleep 1", startsecs: "-1" } } },
        { programs: { a: { command: "sleep 1", dependsOn: ["b"] } } },
        { listeners: { l: { events: ["TICK_5"], handler() {} } } },
        { programs: { a: { command: "sleep 1", startsecs: NaN, umask: 1n, environment: new Map() } } },
        cyclic, undefined, "text",
      ]) {
        const error = await createSupervisor(config).then(() => null, (error) => error);
        console.log(JSON.stringify([error instanceof ConfigError, error?.message]));
      }
      const after = await inventory();
      console.log(before === after ? "same" : before + after);
    `);
    expect(result.exitCode, result.all).toBe(0);
    const lines = result.stdout.split("\n").slice(1);
    expect(lines.pop()).toBe("same");
    const messages = lines.map((line) => {
      const [known, message] = JSON.parse(line) as [boolean, string];
      expect(known).toBe(true);
      return message;
    });
    expect(messages[0]).toContain("unknown option `comand` in programs.a");
    expect(messages[0]).toContain("did you mean `command`?");
    expect(messages[0]).toContain("programs.a.startsecs must be a number of seconds");
    expect(messages[1]).toContain("programs.a.dependsOn");
    expect(messages[2]).toContain("listeners.l.handler is a function");
    expect(messages[2]).toContain("hint: an embedded supervisor tells events to its program, with events()");
    expect(messages[3]?.split("\n\n")).toEqual([
      expect.stringContaining("error: programs.a.startsecs is NaN\n"),
      expect.stringContaining("error: programs.a.umask is the BigInt 1n\n"),
      expect.stringContaining("error: programs.a.environment is a Map\n"),
    ]);
    expect(messages[4]).toContain("programs contains itself");
    expect(messages[5]).toContain("the config is undefined");
    expect(messages[6]).toMatch(/must be an object/);
    expectNothingLeft();
  });

  test("keeps the config in force when an update has mistakes", async () => {
    const result = await run(`
      import { createSupervisor } from "sup/embed";
      await using supervisor = await createSupervisor({ programs: { a: { command: "sleep 101", startsecs: 0 } } });
      await supervisor.ready("a");
      const { pid } = (await supervisor.status()).processes[0];
      console.log(await supervisor.update({ programs: { a: { command: 5 } } }).catch((error) => error.name));
      const after = (await supervisor.status()).processes[0];
      console.log(after.pid === pid, after.state);
    `);
    expect(result.stdout.split("\n"), result.all).toEqual(["ConfigError", "true RUNNING"]);
    expectNothingLeft();
  });

  test.each(["SIGKILL", "SIGINT"] as const)("ends with its program, even by %s", async (signal) => {
    const script = run(`
      import { createSupervisor } from "sup/embed";
      import { writeFileSync } from "node:fs";
      const supervisor = await createSupervisor({ programs: { a: { command: "sleep 101", startsecs: 0 } } });
      await supervisor.ready("a");
      writeFileSync("pid", String(process.pid));
      await new Promise(() => setInterval(() => {}, 1000));
    `);
    await eventually(
      () => readdirSync(folder).includes("pid") && readFileSync(join(folder, "pid"), "utf8") !== "",
      "the script",
    );
    expect(markedProcesses(mark).length).toBeGreaterThan(3);
    sendSignal(Number(readFileSync(join(folder, "pid"), "utf8")), signal);
    expect((await script).signal).toBe(signal);
    await eventually(() => markedProcesses(mark).length === 0, "the end of all its processes");
    expectNothingLeft();
  });

  test("survives the death of its supervisor process, and cleans up after that of its keeper", async () => {
    const result = await run(`
      import { createSupervisor } from "sup/embed";
      import { execFileSync } from "node:child_process";
      const kill = (pid) => pid > 1 && execFileSync("kill", ["-9", String(pid)]);
      const supervisor = await createSupervisor({ programs: { a: { command: "sleep 101", startsecs: 0 } } });
      await supervisor.ready("a");
      const before = await supervisor.status();
      kill(before.supervisorPid);
      let after = before;
      for (const events = supervisor.events(); after.supervisorPid === before.supervisorPid; ) {
        await events.next();
        after = await supervisor.status();
      }
      console.log(after.processes[0].pid === before.processes[0].pid);
      kill(after.pid);
      await supervisor.close();
      await supervisor.close();
      console.log("closed");
    `);
    expect(result.stdout.split("\n"), result.all).toEqual(["true", "closed"]);
    await eventually(() => markedProcesses(mark).length === 0, "the end of all its processes");
    expectNothingLeft();
  });
});
