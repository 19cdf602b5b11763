import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRequest } from "../../src/protocol/xml-rpc-decode.ts";
import { encodeFault, encodeResponse } from "../../src/protocol/xml-rpc-encode.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";
import { REAL_SUPERVISORCTL, startRealSupervisord, type RealSupervisord } from "../oracle/real-supervisord.ts";
import { buildCtl, run, type Ran } from "./run-ctl.ts";
import { sendSignal } from "../support/send-signal.ts";

/* Both clients against the same servers: one that answers what no healthy daemon would, and daemons that are going down. */

let bundle: string;
beforeAll(() => {
  bundle = buildCtl();
});
afterAll(() => rmSync(dirname(bundle), { recursive: true, force: true }));

type Answer =
  | { readonly value: Encodable }
  | { readonly fault: readonly [number, string] }
  | { readonly status: number };

async function withServer(answers: Record<string, Answer>, use: (url: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "odd-server-"));
  const table = new Map<string, Answer>([["supervisor.getVersion", { value: "3.0" }], ...Object.entries(answers)]);
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const call = decodeRequest(Buffer.concat(chunks));
      const answer: Answer = table.get(call.ok ? call.method : "") ?? { fault: [1, "UNKNOWN_METHOD"] };
      const failed = "status" in answer;
      const body = failed
        ? "no"
        : "value" in answer
          ? encodeResponse(answer.value)
          : encodeFault(answer.fault[0], answer.fault[1]);
      response.writeHead(failed ? answer.status : 200, {
        "Content-Type": "text/xml",
        "Content-Length": Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  const socket = join(folder, "s.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    await use(`unix://${socket}`);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without file and line, which are each client's own. */
const evened = (ran: Ran): Ran => ({ ...ran, stdout: ran.stdout.replace(/: file: \S+ line: \d+$/gm, "") });

async function both(args: readonly string[]): Promise<[own: Ran, reference: Ran]> {
  const [own, reference] = await Promise.all([
    run(process.execPath, [bundle, ...args], "/"),
    run(REAL_SUPERVISORCTL, args, "/"),
  ]);
  return [evened(own), evened(reference)];
}

const result = (name: string, status: number, description = "x") => ({ name, group: "g", status, description });

describe("both clients agree about a server", () => {
  it.each<[string, Record<string, Answer>, readonly string[]]>([
    ["of another version", { "supervisor.getVersion": { value: "4.0" } }, ["status", "start x", "version", "fg x"]],
    [
      "without the supervisor namespace",
      { "supervisor.getVersion": { fault: [1, "UNKNOWN_METHOD"] } },
      ["status", "stop x", "avail", "reread"],
    ],
    ["that fails inside", { "supervisor.getVersion": { status: 500 } }, ["status", "pid", "tail x"]],
    ["that knows no such page", { "supervisor.reloadConfig": { status: 404 } }, ["reread", "update"]],
    [
      "with faults that nobody expects",
      {
        "supervisor.startProcess": { fault: [30, "FAILED: it's so"] },
        "supervisor.stopProcess": { fault: [30, "FAILED: it's so"] },
        "supervisor.startProcessGroup": { fault: [30, 'FAILED: a "quoted" word'] },
        "supervisor.signalProcess": { fault: [30, "FAILED: no"] },
        "supervisor.clearProcessLogs": { fault: [30, "FAILED: no"] },
        "supervisor.readProcessStdoutLog": { fault: [30, "FAILED"] },
        "supervisor.readProcessStderrLog": { fault: [20, "NO_FILE: /x"] },
        "supervisor.readLog": { fault: [20, "NO_FILE"] },
        "supervisor.getProcessInfo": { fault: [30, "FAILED: it's"] },
        "supervisor.addProcessGroup": { fault: [30, "FAILED"] },
        "supervisor.removeProcessGroup": { fault: [91, "STILL_RUNNING: x"] },
        "supervisor.getPID": { fault: [6, "SHUTDOWN_STATE"] },
      },
      [
        "start x y",
        "start g:*",
        "stop x y",
        "signal HUP x",
        "clear x",
        "tail x",
        "tail x stderr",
        "maintail",
        "fg x",
        "pid",
        "pid x",
        "add x y",
        "remove x y",
      ],
    ],
    [
      "with mixed results",
      {
        "supervisor.startAllProcesses": { value: [result("a", 21), result("b", 80), result("c", 50), result("g", 60)] },
        "supervisor.stopAllProcesses": { value: [result("a", 70), result("b", 30, "FAILED: why"), result("c", 80)] },
        "supervisor.startProcessGroup": { value: [result("a", 40), result("b", 20), result("c", 99), result("d", 80)] },
        "supervisor.signalAllProcesses": { value: [result("a", 11), result("b", 70), result("c", 80)] },
        "supervisor.clearAllProcessLogs": { value: [result("a", 30), result("g", 80)] },
      },
      ["start all", "stop x all y", "start g:*", "signal HUP all", "clear all", "restart all"],
    ],
    [
      "whose groups have problems",
      {
        "supervisor.reloadConfig": { value: [[["new"], ["changed"], ["old"]]] },
        "supervisor.stopProcessGroup": { value: [result("a", 30)] },
        "supervisor.removeProcessGroup": { value: true },
        "supervisor.addProcessGroup": { value: true },
        "supervisor.getAllProcessInfo": { value: [] },
      },
      ["update", "update all", "update new", "update nosuch", "reread"],
    ],
  ])("%s", async (_what, answers, lines) => {
    await withServer(answers, async (url) => {
      for (const line of lines) {
        const [own, reference] = await both(["-s", url, ...line.split(" ")]);
        expect({ line, ...own }).toEqual({ line, ...reference });
      }
    });
  });

  it("whose names are not ASCII, and pads by characters", async () => {
    const info = (name: string) => ({
      name,
      group: "gé",
      statename: "RUNNING",
      state: 20,
      description: "pid 1",
      pid: 1,
    });
    const answers = { "supervisor.getAllProcessInfo": { value: [info("héllo"), info("x".repeat(40)), info("😀")] } };
    await withServer(answers, async (url) => {
      const [own, reference] = await both(["-s", url, "status"]);
      expect(own).toEqual(reference);
    });
  });
});

describe("where ours does better than Supervisor's", () => {
  it("a broken config file makes `update` say so, as `reread` does", () =>
    withServer({ "supervisor.reloadConfig": { fault: [92, "CANT_REREAD: no command"] } }, async (url) => {
      for (const action of ["update", "reread"]) {
        const ran = await run(process.execPath, [bundle, "-s", url, action], "/");
        expect(ran).toEqual({ stdout: "ERROR: CANT_REREAD: no command\n", stderr: "", status: 1 });
      }
    }));

  it("`clear` takes groups", async () => {
    const info = (name: string, group: string) => ({ name, group });
    const answers: Record<string, Answer> = {
      "supervisor.getAllProcessInfo": { value: [info("a", "g"), info("b", "g"), info("c", "other")] },
      "supervisor.clearProcessLogs": { value: true },
    };
    await withServer(answers, async (url) => {
      const ran = await run(process.execPath, [bundle, "-s", url, "clear", "g:*", "zz:"], "/");
      expect(ran).toEqual({ stdout: "g:a: cleared\ng:b: cleared\nzz: ERROR (no such group)\n", stderr: "", status: 1 });
    });
  });
});

describe("a daemon that is shutting down", () => {
  let daemon: RealSupervisord;
  let stubborn: number;

  beforeAll(async () => {
    // Only SIGKILL ends it, so the shutdown lasts until we say so.
    daemon = await startRealSupervisord(
      "[program:stubborn]\ncommand=/bin/sh -c \"trap '' TERM; while :; do sleep 0.2; done\"\nstopwaitsecs=3000\n",
    );
    const ctl = (...args: string[]) => run(REAL_SUPERVISORCTL, ["-c", daemon.config, ...args], "/");
    await ctl("start", "stubborn");
    stubborn = Number((await ctl("pid", "stubborn")).stdout);
    expect((await ctl("shutdown")).stdout).toBe("Shut down\n");
  });

  afterAll(async () => {
    if (stubborn > 0) sendSignal(stubborn, "SIGKILL");
    await daemon?.stop();
  });

  it("is answered to alike by both clients, whatever is asked", async () => {
    const actions =
      "status|version|pid|start x|stop x|tail x|remove x|add x|avail|reread|update|reload|shutdown|clear x";
    for (const action of actions.split("|")) {
      const [own, reference] = await both(["-c", daemon.config, ...action.split(" ")]);
      expect({ action, ...own }).toEqual({ action, ...reference });
      expect(own.stdout).toMatch(/SHUTDOWN_STATE|shutting down/);
    }
  });
});
