import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RpcDaemon } from "../../src/rpc/rpc-daemon.ts";
import { startMethods } from "../../src/rpc/start-methods.ts";
import { restart, start, stop } from "../../src/rpc/control.ts";
import { marked, World } from "./world.ts";

// Several people, scripts and edits at once: who comes last decides, and nothing runs that nobody knows of.

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

const web = { names: ["web"] };
const runs = (): string[] => readFileSync(join(world.folder, "runs"), "utf8").trim().split("\n");

async function running(mark = "old"): Promise<void> {
  await world.begin([marked("web", mark, { directory: world.folder })]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
  await said(mark);
}

/** The program has come so far. */
async function said(mark: string): Promise<void> {
  for (;;) {
    try {
      if (runs().includes(mark)) return;
    } catch {
      // Nothing yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("an edit and a restart at the same time end with what the edit says", async () => {
  await running();
  const restarted = restart(world.supervisor, web);
  await world.edit([marked("web", "new", { directory: world.folder })]);
  expect(await restarted).toMatchObject([{ ok: true }]);
  await said("new");
  expect(runs()).toEqual(["old", "new"]);
});

test("who starts a program while an edit stops it gets what the edit says", async () => {
  await running();
  const edited = world.edit([marked("web", "new", { directory: world.folder })]);
  const started = start(world.supervisor, web);
  await edited;
  expect(await started).toMatchObject([{ ok: true }]);
  await said("new");
  expect(runs()).toEqual(["old", "new"]);
});

test.each([["restart", restart] as const, ["start", start] as const])(
  "an edit that takes a program out is not undone by a %s meanwhile",
  async (_, act) => {
    await running();
    const edited = world.edit([]);
    const acted = act(world.supervisor, web);
    await edited;
    expect(await acted).toMatchObject([{ ok: false }]);
    expect(world.supervisor.processes()).toEqual([]);
    expect(await world.living()).toEqual([]);
    expect(world.lines.filter((line) => line.startsWith("warn the keeper could not"))).toEqual([]);
  },
);

test("a restart under way does not outlive the program that an edit takes out", async () => {
  await running();
  const restarted = restart(world.supervisor, web);
  await world.edit([]);
  expect(await restarted).toMatchObject([{ ok: false }]);
  expect(await world.living()).toEqual([]);
});

test("a stop that comes after a restart is what counts, and the restart says so", async () => {
  await running();
  const restarted = restart(world.supervisor, web);
  expect(await stop(world.supervisor, web)).toMatchObject([{ ok: true }]);
  expect(await restarted).toMatchObject([{ ok: false, error: "was stopped meanwhile" }]);
  expect(world.process("web")).toMatchObject({ stoppedByOperator: true, startAgain: null });
  expect(await world.living()).toEqual([]);
});

test("a stop in the moment of a start is no reason for an edit to start the program", async () => {
  await running();
  await world.supervisor.stopAndWait(world.process("web"));
  const started = start(world.supervisor, web);
  expect(world.process("web").life).toMatchObject({ state: "STARTING", pid: null });
  const stopped = stop(world.supervisor, web);
  await world.edit([marked("web", "new", { directory: world.folder })]);
  expect([...(await stopped), ...(await started)]).toMatchObject([{ ok: true }, { ok: false }]);
  expect(world.process("web").stoppedByOperator).toBe(true);
});

test("a stop that comes after a start which waits for an earlier stop is what counts", async () => {
  await running();
  const stopped = stop(world.supervisor, web);
  const started = start(world.supervisor, web);
  expect(await stop(world.supervisor, web)).toMatchObject([{ ok: true }]);
  await stopped;
  expect(await started).toMatchObject([{ ok: false, error: "was stopped meanwhile" }]);
  expect(world.process("web").stoppedByOperator).toBe(true);
});

test("a stop that comes while an edit restarts a program is what counts", async () => {
  await running();
  const edited = world.edit([marked("web", "new", { directory: world.folder })]);
  expect(await stop(world.supervisor, web)).toMatchObject([{ ok: true }]);
  await edited;
  expect(world.process("web").stoppedByOperator).toBe(true);
  // But it is what the edit says from now on.
  expect(await start(world.supervisor, web)).toMatchObject([{ ok: true }]);
  await said("new");
  expect(runs()).toEqual(["old", "new"]);
});

test("what an edit says of how a program is to be stopped is known to the keeper at once", async () => {
  await running();
  await world.edit([marked("web", "old", { directory: world.folder, stopsignal: 10, killasgroup: true })]);
  expect(world.keeper.programs.get("web:web")?.stop).toMatchObject({ signal: 10, killasgroup: true });
  expect(runs()).toEqual(["old"]);
});

test("restarts at the same time all come to a program that runs", async () => {
  await running();
  const restarts = [restart(world.supervisor, web), restart(world.supervisor, web)];
  await world.until("web", ({ life }) => life.state === "STARTING");
  restarts.push(restart(world.supervisor, web));
  await world.until("web", ({ life }) => life.state === "STOPPING");
  const started = start(world.supervisor, web);
  for (const one of [...restarts, started]) expect(await one).toMatchObject([{ ok: true, error: "" }]);
  expect(world.process("web").life.state).toBe("RUNNING");
});

test("who waits for the start of a program hears of it when the program is removed", async () => {
  const ready = { check: { kind: "log", pattern: "never" }, interval: 1, timeout: 1 } as const;
  const needy = { directory: world.folder, dependsOn: [{ program: "db", condition: "ready" }] } as const;
  await world.begin([marked("db", "db", { directory: world.folder, ready }), marked("web", "web", needy)]);
  await world.until("db", ({ life }) => life.state === "RUNNING");
  const started = start(world.supervisor, web);
  expect(world.supervisor.waitingFor(world.process("web"))).not.toEqual([]);
  world.supervisor.removeGroup("web");
  expect(await started).toMatchObject([{ ok: false, error: "the config no longer has it" }]);
});

test("who keeps something about a program hears that it is removed", async () => {
  await world.begin([marked("web", "old", { directory: world.folder })]);
  const retired: string[] = [];
  world.supervisor.bus.subscribe((event) => {
    if (event.type === "changed" && event.process.retired) retired.push(event.process.key);
  });
  await world.edit([]);
  expect(retired).toEqual(["web:web"]);
});

test("a program that cannot be signalled is not said to have stopped", async () => {
  await running();
  const { signal } = world.keeper;
  world.keeper.signal = async () => ({ ok: false, errno: "EPERM" });
  const { pid } = world.process("web");
  expect(await stop(world.supervisor, web)).toMatchObject([
    { ok: false, error: `could not be signalled (pid ${pid}), and may run on` },
  ]);
  world.keeper.signal = signal;
});

test("restarts at the same time of a program that has to wait are none that was stopped", async () => {
  const needy = { directory: world.folder, dependsOn: [{ program: "db", condition: "started" }] } as const;
  await world.begin([marked("db", "db", { directory: world.folder }), marked("web", "web", needy)]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
  await world.supervisor.stopAndWait(world.process("db"));
  const restarts = [1, 2].map(() => restart(world.supervisor, { ...web, noDeps: false }));
  await world.supervisor.stopAndWait(world.process("db"), { startAgain: true });
  world.supervisor.requestStart(world.process("db"));
  for (const one of restarts) expect(await one).toMatchObject([{ ok: true, error: "" }]);
});

/** `web` waits for `db`, which is starting. */
async function waiting(): Promise<void> {
  const needy = { directory: world.folder, dependsOn: [{ program: "db", condition: "started" }] } as const;
  const db = marked("db", "db", { directory: world.folder, startsecs: 1000 });
  await world.begin([db, marked("web", "web", needy)]);
  await world.until("db", ({ pid }) => pid !== 0);
}

test("who waits for a program that waits for another hears when somebody stops that", async () => {
  await waiting();
  const started = start(world.supervisor, web);
  await world.supervisor.stopAndWait(world.process("db"));
  const error = "waiting for db to be running (db is STOPPED)";
  expect(await started).toMatchObject([{ ok: false, error }]);
  // It stays asked for.
  expect(world.process("web").wanted).toBe(true);
});

test("so does who has begun to wait for it only after a restart", async () => {
  const needy = { directory: world.folder, dependsOn: [{ program: "db", condition: "started" }] } as const;
  await world.begin([marked("db", "db", { directory: world.folder }), marked("web", "web", needy)]);
  await world.until("web", ({ life }) => life.state === "RUNNING");
  const restarted = restart(world.supervisor, web);
  const started = start(world.supervisor, web);
  world.supervisor.requestStop(world.process("db"));
  for (const one of [restarted, started]) expect(await one).toMatchObject([{ ok: false }]);
  expect(world.process("web").wanted).toBe(true);
});

test("so does a client of Supervisor's calls, also when that has failed", async () => {
  await waiting();
  const calls = startMethods({
    supervisor: world.supervisor,
    mainLog: { write: () => undefined },
  } as unknown as RpcDaemon);
  const started = calls["supervisor.startProcess"]("web", true);
  await world.supervisor.stopAndWait(world.process("db"));
  await expect(started).rejects.toMatchObject({ faultString: "ABNORMAL_TERMINATION: web" });
  const again = calls["supervisor.startProcess"]("web", true);
  await world.until("db", ({ pid }) => pid !== 0);
  world.process("db").respec({ ...world.process("db").spec, startretries: 0 });
  await world.keeper.signal("db:db", 9, "process");
  await world.until("db", ({ life }) => life.state === "FATAL");
  await expect(again).rejects.toMatchObject({ faultString: "ABNORMAL_TERMINATION: web" });
});
