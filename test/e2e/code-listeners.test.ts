import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ListenerEvent } from "../../src/index.ts";
import { Project } from "../support/project.ts";
import { eventually } from "../support/supervisord-pair.ts";

const manual = readFileSync(resolve(import.meta.dirname, "../../docs/listeners.md"), "utf8");
let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

/** What a handler has written, one JSON text per line. */
function records<T>(name: string): T[] {
  const file = join(project.folder, name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

const pidOf = (status: Awaited<ReturnType<Project["status"]>>, name: string): number =>
  status.processes.find((process) => process.name === name)?.pid ?? 0;

/** A program that stays, one that crashes when it is started, and a listener with this code in its handler. */
function config(body: string): string {
  return `
    import { appendFileSync } from "node:fs";
    import { execFileSync } from "node:child_process";
    import { defineConfig, type ListenerEvent } from "sup";
    const note = (version: string, event: ListenerEvent) =>
      appendFileSync(import.meta.dirname + "/events.jsonl", JSON.stringify({ version, event }) + "\\n");
    export default defineConfig({
      programs: {
        steady: { command: "sleep 1000000" },
        crash: { command: "sh -c 'exit 3'", autostart: false, autorestart: false, startsecs: 0 },
      },
      listeners: { ear: { events: ["PROCESS_STATE"], handler: async (event) => { ${body} } } },
    });`;
}

interface Noted {
  readonly version: string;
  readonly event: ListenerEvent;
}

const ofCrash = (): Noted[] =>
  records<Noted>("events.jsonl").filter(({ event }) => "process" in event && event.process === "crash");

describe("a listener in the config", () => {
  test("does what the manual shows", async () => {
    const example = /```ts\n([\s\S]*?)```/.exec(manual)?.[1] ?? "";
    project.write("supervisor.config.ts", example);
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    await eventually(() => records("deaths.jsonl").length > 0);
    expect(records<ListenerEvent>("deaths.jsonl")).toEqual([
      {
        name: "PROCESS_STATE_EXITED",
        server: "supervisor",
        serial: expect.any(Number) as number,
        pool: "deaths",
        poolSerial: expect.any(Number) as number,
        process: "worker",
        group: "worker",
        fromState: "RUNNING",
        expected: false,
        pid: expect.any(Number) as number,
      },
    ]);
    const { stdout } = await project.sup("logs", "deaths");
    expect(stdout).toMatch(/worker died, pid \d+/);
  });

  test("can print whatever it likes, and so can the programs it starts", async () => {
    const noise = `console.log("RESULT 4"); process.stdout.write("FAIL");
      execFileSync("sh", ["-c", "echo noise; cat"], { stdio: "inherit" }); note("one", event);`;
    project.write("supervisor.config.ts", config(noise));
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    await project.sup("start", "crash");
    await eventually(() => ofCrash().some(({ event }) => event.name === "PROCESS_STATE_EXITED"));
    expect(ofCrash().map(({ event }) => event.name)).toEqual([
      "PROCESS_STATE_STARTING",
      "PROCESS_STATE_RUNNING",
      "PROCESS_STATE_EXITED",
    ]);
  });

  test("that fails gets the event again, also in the version that mends it, and no program notices", async () => {
    const failing = `note("failing", event); if (event.name === "PROCESS_STATE_EXITED") throw new Error("not yet");`;
    project.write("supervisor.config.ts", config(failing));
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const before = await project.until((status) => pidOf(status, "ear") > 0 && pidOf(status, "steady") > 0, "both");
    await project.sup("start", "crash");
    const exits = () => ofCrash().filter(({ event }) => event.name === "PROCESS_STATE_EXITED");
    await eventually(() => exits().length >= 3);
    const { stdout } = await project.sup("logs", "ear");
    const line =
      config(failing)
        .split("\n")
        .findIndex((text) => text.includes("not yet")) + 1;
    expect(stdout).toMatch(/listener ear failed on PROCESS_STATE_EXITED \(serial \d+\)/);
    expect(stdout).toContain(`supervisor.config.ts:${line}:`);
    expect(stdout).toContain("not yet");

    project.write("supervisor.config.ts", config(`note("mended", event);`));
    await eventually(() => exits().some(({ version }) => version === "mended"));
    expect(new Set(exits().map(({ event }) => event.serial)).size).toBe(1);
    expect(exits().filter(({ version }) => version === "mended")).toHaveLength(1);
    const after = await project.status();
    expect(pidOf(after, "steady")).toBe(pidOf(before, "steady"));
    expect(pidOf(after, "ear")).not.toBe(pidOf(before, "ear"));
  });

  test("that is stopped finishes the event in hand, which does not come again", async () => {
    const patient = `if (event.name === "PROCESS_STATE_EXITED") {
        note("begun", event);
        while (!existsSync(import.meta.dirname + "/go")) await new Promise((wake) => setTimeout(wake, 20));
      }
      note("done", event);`;
    const text = config(patient).replace("appendFileSync }", "appendFileSync, existsSync }");
    project.write("supervisor.config.ts", text);
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const before = await project.until((status) => pidOf(status, "ear") > 0, "it to run");
    await project.sup("start", "crash");
    await eventually(() => ofCrash().some(({ version }) => version === "begun"));
    const restart = project.spawn(["restart", "ear"]);
    await project.until((status) => status.processes.some(({ state }) => state === "STOPPING"), "it to be stopped");
    project.write("go", "");
    await restart;
    expect(pidOf(await project.status(), "ear")).not.toBe(pidOf(before, "ear"));
    // What came later has been delivered, so what came first will not be any more.
    const last = () => ofCrash().filter(({ version, event }) => version === "done" && event.name.endsWith("EXITED"));
    await project.sup("start", "crash");
    await eventually(() => last().length >= 2);
    const serials = last().map(({ event }) => event.serial);
    expect(new Set(serials).size).toBe(serials.length);
  });

  test("is left alone by an edit of comments", async () => {
    project.write("supervisor.config.ts", config(`note("one", event);`));
    expect(await project.sup("up", "-d")).toMatchObject({ exitCode: 0 });
    const before = await project.until((status) => pidOf(status, "ear") > 0, "it to run");
    project.write("supervisor.config.ts", `${config(`note("one", event);`)}\n// a word about it`);
    expect(await project.sup("plan")).toMatchObject({
      exitCode: 0,
      stdout: expect.not.stringContaining("ear") as string,
    });
    project.write("supervisor.config.ts", config(`note("two", event);`));
    await project.until((status) => pidOf(status, "ear") !== pidOf(before, "ear"), "the next edit to restart it");
  });

  test("whose handler is no function is a mistake with a place", async () => {
    const wrong = `export default { listeners: {\n  ear: { events: ["EVENT"], handler: "ear.js" },\n} };`;
    project.write("supervisor.config.ts", wrong);
    const { stdout, stderr, exitCode } = await project.sup("check");
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain("listeners.ear.handler must be a function, found text");
    expect(stdout + stderr).toMatch(/supervisor\.config\.ts:2:\d+/);
  });

  test("without a handler is a mistake", async () => {
    project.write("supervisor.config.ts", 'export default { listeners: { ear: { events: ["EVENT"] } } };');
    const { stdout, stderr, exitCode } = await project.sup("check");
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain("listeners.ear.handler is missing");
    expect(stdout + stderr).toContain("it must be a function");
  });

  test("cannot be in a file of plain data", async () => {
    const text = '{ "listeners": { "ear": { "events": ["EVENT"], "handler": true } } }';
    const file = project.write("plain.json", text);
    const { stdout, stderr, exitCode } = await project.sup("check", "-c", file);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain("only a config in TypeScript or JavaScript can have");
  });
});
