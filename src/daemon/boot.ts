import type { LoadResult } from "../config/load-config.ts";
import { loadLastGood, storeLastGood } from "../config/last-good.ts";
import { systemClock } from "../clock/clock.ts";
import { ServerProblem } from "../http/server-problem.ts";
import { createDaemonLog, type LogSink } from "../logs/daemon-log.ts";
import type { Model, ProcessSpec } from "../model/model.ts";
import type { Problem } from "../model/problem.ts";
import { selects } from "../model/select-processes.ts";
import type { Keeper, KeeperEvent, KeeperSnapshot } from "../protocol/keeper.ts";
import { apiMethods } from "../rpc/api-methods.ts";
import { AutoLogs } from "../supervisor/auto-logs.ts";
import { ConfigControl } from "../supervisor/config-control.ts";
import { ListenerPools } from "../supervisor/listener-pools.ts";
import { shutDown } from "../supervisor/shut-down.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { openDoors } from "./open-doors.ts";
import type { Places } from "./places.ts";
import { serverUrlOf } from "./server-url.ts";

export interface BootOptions {
  /** Absolute. */
  readonly config: string;
  readonly places: Places;
  /** Names to start instead of everything that has autostart; empty for the latter. */
  readonly only: readonly string[];
  readonly version: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The pieces that the top floor hands in. */
export interface BootParts {
  readonly load: () => Promise<LoadResult>;
  readonly format: (problems: readonly Problem[]) => string;
  readonly openLog: (path: string, maxbytes: number, backups: number) => LogSink;
  /** Watches files and calls back after each change of their content; `null` when edits are not to be applied. */
  readonly watch:
    | ((onChange: () => void) => { rearm(files: readonly string[], hash: string): void; close(): Promise<void> })
    | null;
}

export type BootOutcome =
  | { readonly ready: true; readonly pid: number; readonly warnings: string; readonly done: Promise<Ending> }
  | { readonly ready: false; readonly problems: string };

/** How a daemon ended: for good, or to be started again with a config read anew. */
export type Ending = "shutdown" | "restart";

/**
 * Brings a supervisor to life under its keeper: model, log, processes, control socket, watcher, in this order.
 *
 * If the keeper has seen a supervisor before us, its model is in force and its processes run: they are taken over first,
 * from what was saved, and only then is the config looked at again, as after an edit. Five deaths within a minute leave
 * the config alone altogether.
 */
export async function boot(keeper: Keeper, options: BootOptions, parts: BootParts): Promise<BootOutcome> {
  const early: KeeperEvent[] = [];
  let deliver = (event: KeeperEvent): void => void early.push(event);
  keeper.events.onEvent((event) => deliver(event));
  const snapshot = await keeper.snapshot();

  const inherited = snapshot.saved["daemon"] === undefined ? null : loadLastGood(options.places.lastGood);
  const loaded = inherited === null ? await parts.load() : null;
  if (loaded !== null && !loaded.outcome.ok) {
    await keeper.quit({ status: 2 });
    return { ready: false, problems: parts.format(loaded.outcome.problems) };
  }
  const model = inherited?.model ?? (loaded?.outcome.ok === true ? loaded.outcome.value : null);
  if (model === null) throw new Error("there is neither a config nor a model to take over");

  const { supervisord } = model;
  const mainLog = supervisord.logfile ?? options.places.mainLog;
  const sink = parts.openLog(mainLog, supervisord.logfileMaxbytes, supervisord.logfileBackups);
  const log = createDaemonLog([sink], supervisord.loglevel, () => new Date());
  const autoLogs = new AutoLogs(supervisord.childlogdir ?? options.places.logs, supervisord.identifier);
  const supervisor = new Supervisor({
    keeper,
    clock: systemClock,
    log,
    context: {
      environment: options.environment,
      cwd: options.cwd,
      serverUrl: serverUrlOf(model.servers),
      stripAnsi: supervisord.stripAnsi,
      autoLogs,
    },
  });

  const watcher = parts.watch?.(
    () => void config.update().catch((error: unknown) => log("error", `update failed: ${(error as Error).stack}`)),
  );
  const keep = (next: Model, hash: string): void => {
    try {
      storeLastGood(options.places.lastGood, { model: next, hash, config: options.config, storedAt: Date.now() });
    } catch (error) {
      log("error", `cannot keep the model in ${options.places.lastGood}: ${(error as Error).message}`);
    }
  };
  const config = new ConfigControl(
    {
      file: options.config,
      supervisor,
      load: parts.load,
      format: parts.format,
      keep,
      log,
      onFiles: (files, hash) => watcher?.rearm(files, hash),
    },
    model,
  );

  let pools: ListenerPools | null = null;
  const { done, shutdown, restart } = ending(keeper, supervisor, log, async () => {
    pools?.close();
    await watcher?.close();
    await doors.close();
  });
  const dropped = new Map(
    snapshot.processes.map((one) => [one.key, one.counters.stdout.dropped + one.counters.stderr.dropped] as const),
  );
  const methods = apiMethods({
    supervisor,
    config,
    snapshot,
    version: options.version,
    watching: watcher !== undefined,
    dropped,
    shutdown,
  });
  const doors = await openDoors(
    options.places.socket,
    model,
    {
      supervisor,
      config,
      keeper,
      pid: snapshot.pid,
      version: options.version,
      mainLog: { path: mainLog === "syslog" ? null : mainLog, reopen: () => log.reopen(), write: log },
      shutdown,
      restart,
    },
    methods,
    log,
  );

  deliver = (event) => {
    if (event.type === "relayed") return takeSignal(event.signal, { shutdown, config, log, keeper });
    if (event.type === "logTrouble") dropped.set(event.key, (dropped.get(event.key) ?? 0) + event.dropped);
    supervisor.handleKeeperEvent(event);
  };
  const { identifier } = supervisord;
  pools = new ListenerPools({ supervisor, keeper, clock: systemClock, identifier, log, saved: snapshot.saved });
  if (inherited === null && loaded !== null) {
    for (const { level, text } of loaded.messages) log(level, text);
    try {
      await doors.openConfigured();
    } catch (error) {
      if (!(error instanceof ServerProblem)) throw error;
      pools.close();
      await watcher?.close();
      await doors.close();
      await keeper.quit({ status: 2 });
      return {
        ready: false,
        problems: parts.format([error.hint === "" ? error : { message: error.message, hint: error.hint }]),
      };
    }
    keep(model, loaded.hash);
    keeper.acknowledge(0, { daemon: "1" });
    if (!supervisord.nocleanup) autoLogs.cleanUp((message) => log("warn", message));
    log("info", `supervisord started with pid ${snapshot.pid}`);
    supervisor.begin(model, onlyChosen(options.only));
    watcher?.rearm(loaded.files, loaded.hash);
  } else {
    announceReturn(snapshot, log);
    await doors.reopenConfigured();
    supervisor.restore(model, snapshot);
    // In their order: what comes in while the config is read is later.
    for (const event of early.splice(0)) deliver(event);
    if (snapshot.recentCrashes < 5) await config.update();
  }
  for (const event of early.splice(0)) deliver(event);
  const warnings = loaded === null || loaded.warnings.length === 0 ? "" : parts.format(loaded.warnings);
  return { ready: true, pid: snapshot.pid, warnings, done };
}

type Log = ReturnType<typeof createDaemonLog>;

interface WayOut {
  readonly done: Promise<Ending>;
  readonly shutdown: () => void;
  readonly restart: () => void;
}

/**
 * The one way out: stop everything in order, close the doors, then tell the keeper to end as well; or, for a restart, to forget
 * everything, so that the next supervisor begins as the first one did, under the same keeper and its pid.
 */
function ending(keeper: Keeper, supervisor: Supervisor, log: Log, close: () => Promise<void>): WayOut {
  let begun: Ending | null = null;
  let finish: (how: Ending) => void = () => {};
  const done = new Promise<Ending>((resolve) => (finish = resolve));
  const begin = (how: Ending): void => {
    if (begun !== null) return;
    begun = how;
    void shutDown(supervisor, how === "restart" ? "restarting" : "shutdown", (message) => log("info", message))
      .then(close)
      .then(() => (how === "restart" ? forgetAll(keeper, supervisor) : keeper.quit({ status: 0 })))
      .catch((error: unknown) => log("critical", `${how} failed: ${(error as Error).stack}`))
      .then(() => finish(how));
  };
  return { done, shutdown: () => begin("shutdown"), restart: () => begin("restart") };
}

async function forgetAll(keeper: Keeper, supervisor: Supervisor): Promise<void> {
  const keys = supervisor.processes().map((process) => process.key);
  keeper.acknowledge(0, Object.fromEntries(["daemon", ...keys].map((key) => [key, null])));
  // Answered in order: when the last is through, so is what was sent before it.
  await Promise.all(keys.map((key) => keeper.forget(key)));
  await keeper.reopenLogs();
}

function takeSignal(
  signal: string,
  daemon: { shutdown: () => void; config: ConfigControl; log: Log; keeper: Keeper },
): void {
  switch (signal) {
    case "TERM":
    case "INT":
    case "QUIT":
      daemon.log("warn", `received SIG${signal} indicating exit request`);
      return daemon.shutdown();
    case "HUP":
      daemon.log("warn", `received SIG${signal}: reading the config again`);
      return void daemon.config.update();
    case "USR2":
      daemon.log("info", "received SIGUSR2 indicating log reopen request");
      daemon.log.reopen();
      return void daemon.keeper.reopenLogs();
    default:
      return;
  }
}

function onlyChosen(names: readonly string[]): ((spec: ProcessSpec) => boolean) | null {
  return names.length === 0 ? null : (spec) => selects(names, spec);
}

function announceReturn(snapshot: KeeperSnapshot, log: Log): void {
  const running = snapshot.processes.filter((one) => one.pid !== 0).length;
  log(
    "critical",
    `the supervisor process died and was started again (${snapshot.restarts} times by now); ${running} programs run on`,
  );
  if (snapshot.recentCrashes >= 5) {
    log(
      "critical",
      `it died ${snapshot.recentCrashes} times within a minute: the last good config stays in force, unread`,
    );
  }
}
