import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LogItem, SupClient, SupEvent } from "../../src/client.ts";
import { freePort } from "../support/http.ts";
import { isAlive, Project, programs } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";

let project: Project;
let client: SupClient;
const { connect, ApiError, NotReadyError } = await import("../../src/client.ts");
const before = { runtime: process.env["SUP_RUNTIME_DIR"], state: process.env["SUP_STATE_DIR"] };

beforeEach(() => {
  project = new Project();
  // The client finds a daemon as `sup` does.
  process.env["SUP_RUNTIME_DIR"] = project.env["SUP_RUNTIME_DIR"];
  process.env["SUP_STATE_DIR"] = project.env["SUP_STATE_DIR"];
});

afterEach(async () => {
  client.close();
  restore("SUP_RUNTIME_DIR", before.runtime);
  restore("SUP_STATE_DIR", before.state);
  await project.close();
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

async function start(entries: string, server = ""): Promise<void> {
  project.write(
    "supervisor.config.ts",
    `import { defineConfig } from "sup"; export default defineConfig({ ${server} programs: { ${entries} } });`,
  );
  const up = await project.sup("up", "-d", "--no-watch");
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
}

const COUNTER = `count: { command: ${JSON.stringify(`perl ${join(programs, "count-aloud.pl")}`)}, startsecs: 0 }`;
const WEB = 'web: { command: "sleep 1000", startsecs: 0, autostart: false }';

describe("the typed client", () => {
  test("does all that the API can, on the daemon that it finds from a folder", async () => {
    await start(`${WEB}, ${COUNTER}`);
    client = connect({ folder: project.folder });
    expect((await client.status()).processes.map((one) => one.namespec)).toEqual(["count", "web"]);
    expect(await client.start("web")).toMatchObject([{ namespec: "web", ok: true, error: "" }]);
    expect(await client.signal(["web"], "CONT")).toMatchObject([{ ok: true }]);
    expect(await client.restart("web", { wait: true })).toMatchObject([{ ok: true }]);
    expect(await client.stop("web")).toMatchObject([{ ok: true }]);
    expect(await client.stop("web")).toMatchObject([{ ok: false, error: "not running" }]);
    expect(await client.processes("count")).toMatchObject([{ namespec: "count" }]);
    expect(await client.plan()).toMatchObject({ ok: true, steps: [] });
    project.write(
      "supervisor.config.ts",
      `export default { programs: { fresh: { command: "sleep 1000", startsecs: 0 } } };`,
    );
    expect((await client.update()).steps.map((step) => `${step.action} ${step.namespec}`).sort()).toEqual([
      "add fresh",
      "remove count",
      "remove web",
    ]);
    const refused = client.stop("nobody");
    await expect(refused).rejects.toThrow("there is no program, process or group nobody");
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(client.hurry(-1 / 0)).rejects.toMatchObject({ status: 400 });
    const { pid } = await client.shutdown();
    await project.sup("down");
    expect(isAlive(pid)).toBe(false);
    await expect(client.status()).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("works against a URL with name and password, and says who is wrong", async () => {
    const port = await freePort();
    await start(WEB, `inetHttpServer: { port: "127.0.0.1:${port}", username: "ann", password: "secret" },`);
    client = connect({ url: `http://127.0.0.1:${port}`, username: "ann", password: "secret" });
    expect((await client.status()).processes).toHaveLength(1);
    const wrong = connect({ url: `http://ann:wrong@127.0.0.1:${port}` });
    await expect(wrong.status()).rejects.toMatchObject({ name: "ApiError", status: 401 });
    await expect(connect({ url: `http://127.0.0.1:${await freePort()}` }).status()).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("tells events from the moment it says so, and ends with the daemon", async () => {
    await start(WEB);
    client = connect({ folder: project.folder });
    const seen: string[] = [];
    for await (const event of client.events({ names: "web" })) {
      seen.push(textOf(event));
      if (event.type === "open") await client.start("web");
      if (event.type === "ready") await client.shutdown();
    }
    expect(seen.slice(0, 5)).toEqual([
      "open",
      "web STOPPED -> STARTING",
      "web STARTING -> RUNNING",
      "ready web",
      "web RUNNING -> STOPPING",
    ]);
    expect(seen.at(-1)).toBe("web STOPPING -> STOPPED");
  });

  test("reads every line once, though the supervisor process is killed twice", async () => {
    await start(COUNTER);
    client = connect({ folder: project.folder });
    const lines: number[] = [];
    const others: LogItem[] = [];
    let kills = 0;
    for await (const item of client.logs({ names: "count" })) {
      if (item.type === "line") lines.push(Number(/^line (\d+)$/.exec(item.text)?.[1]));
      else others.push(item);
      if (lines.length === 30 || lines.length === 60) {
        kills++;
        sendSignal((await client.status()).supervisorPid, "SIGKILL");
      }
      if (lines.length === 120) break;
    }
    expect(kills).toBe(2);
    expect(others).toEqual([]);
    expect(lines).toEqual(lines.map((_, index) => (lines[0] ?? 0) + index));
  });

  test("waits for readiness, and says who failed", async () => {
    await start(
      `ok: { command: "sleep 1000", startsecs: 0, autostart: false }, bad: { command: "false", startretries: 0, autostart: false }`,
    );
    client = connect({ config: join(project.folder, "supervisor.config.ts") });
    await client.start("ok", { wait: false });
    await client.ready("ok");
    await client.start("bad", { wait: false });
    const failed = client.ready(["ok", "bad"]);
    await expect(failed).rejects.toBeInstanceOf(NotReadyError);
    await expect(failed).rejects.toThrow(/^bad: FATAL /);
    await expect(client.ready("nobody")).rejects.toThrow("there is no program, process or group nobody");
    await client.stop("ok");
    const leave = new AbortController();
    const waiting = client.ready("ok", { signal: leave.signal });
    leave.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  test("ends what is under way when it is closed", async () => {
    await start(COUNTER);
    client = connect({ folder: project.folder });
    let lines = 0;
    for await (const item of client.logs()) {
      if (item.type === "line" && ++lines === 3) client.close();
    }
    expect(lines).toBeGreaterThanOrEqual(3);
    await expect(client.status()).rejects.toThrow();
  });

  test("says where it looked when there is no config", () => {
    client = connect({ url: "unix:///nowhere" });
    expect(() => connect({ folder: "/" })).toThrow("no supervisor.config.ts (or supervisord.conf) in /");
    expect(() => connect({ config: "/nowhere.ts" })).toThrow("there is no config file /nowhere.ts");
  });
});

function textOf(event: SupEvent): string {
  switch (event.type) {
    case "state":
      return `${event.namespec} ${event.from} -> ${event.to}`;
    case "ready":
      return `ready ${event.namespec}`;
    default:
      return event.type;
  }
}
