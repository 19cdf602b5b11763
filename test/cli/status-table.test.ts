import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { statusTable } from "../../src/cli/render/status-table.ts";
import type { ProcessReport } from "../../src/protocol/api.ts";

const process = (state: ProcessReport["state"], why = ""): ProcessReport => ({
  name: "web",
  group: "web",
  program: "web",
  namespec: "web",
  state,
  pid: 0,
  start: 0,
  stop: 0,
  exitstatus: null,
  lastExit: "",
  spawnerr: "",
  description: "",
  why,
  heldUpBy: [],
  survivors: [],
  ready: false,
  restarts: 0,
  stdoutLogfile: "",
  stderrLogfile: "",
  dropped: 0,
  logTrouble: "",
});

const output = (isTTY: boolean, columns?: number): NodeJS.WriteStream => ({ isTTY, columns }) as NodeJS.WriteStream;

const RED = "\u001b[31m";
const DIM = "\u001b[2m";

describe("the table of sup status", () => {
  beforeEach(() => {
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("FORCE_COLOR", "");
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each<[ProcessReport["state"], why: string, colour: string]>([
    ["RUNNING", "", "\u001b[32m"],
    ["STARTING", "starting", "\u001b[33m"],
    ["FATAL", "exited too quickly once, last with status 1; gave up", RED],
    ["BACKOFF", "restarting in 1 s after exit status 2", RED],
    ["EXITED", "ended by itself: exit status 3; autorestart is off", RED],
    ["EXITED", "ended by itself: exit status 0 (expected)", DIM],
    ["EXITED", "restarting now after exit status 0", DIM],
    ["STOPPED", "stopped by an operator", DIM],
  ])("on a terminal has %s (%s) in its colour", async (state, why, colour) => {
    expect(await statusTable([process(state, why)], output(true))).toContain(`${colour}${state}\u001b`);
  });

  it("is no wider than the terminal: what does not fit on a line goes on the next", async () => {
    const why = "command not found: no-such-command; tried 4 times, gave up";
    const lines = stripVTControlCharacters(await statusTable([process("FATAL", why)], output(true, 50)))
      .trimEnd()
      .split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(lines.length).toBeGreaterThan(4);
    const words = lines.slice(2, -1).map((line) => line.split("│").at(-2)?.trim());
    expect(words.join(" ")).toBe(why);
  });

  it("is plain columns where the terminal has no room for it", async () => {
    const why = "cannot be started: /srv/a/folder/with/a/long/name does not exist";
    expect(await statusTable([process("FATAL", why)], output(true, 40))).toBe(`web  FATAL  -  ${why}\n`);
  });

  it("puts no name of wide characters out of its columns", async () => {
    const both = [process("FATAL", "gave up"), { ...process("RUNNING"), namespec: "日本", ready: true }];
    expect(await statusTable(both, output(false))).toBe("web   FATAL    -  gave up\n日本  RUNNING  -\n");
  });

  it("is drawn where the terminal does not know its width", async () => {
    expect(await statusTable([process("FATAL", "gave up")], output(true, 0))).toContain("│");
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("has no escape sequence under %j", async (variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const table = await statusTable([process("RUNNING")], output(true, 80));
    expect(table).toContain("│");
    expect(table).toBe(stripVTControlCharacters(table));
  });

  it("is plain columns elsewhere", async () => {
    const why = "ended by itself: exit status 3; autorestart is off";
    expect(await statusTable([process("EXITED", why)], output(false))).toBe(`web  EXITED  -  ${why}\n`);
  });
});
