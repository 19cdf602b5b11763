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
  survivors: [],
  ready: false,
  restarts: 0,
  stdoutLogfile: "",
  stderrLogfile: "",
  dropped: 0,
  logTrouble: "",
});

const output = (isTTY: boolean): NodeJS.WriteStream => ({ isTTY }) as NodeJS.WriteStream;

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

  it("is plain columns elsewhere", async () => {
    const why = "ended by itself: exit status 3; autorestart is off";
    expect(await statusTable([process("EXITED", why)], output(false))).toBe(`web  EXITED  -  ${why}\n`);
  });
});
