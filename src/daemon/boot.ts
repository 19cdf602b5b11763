import type { LastGood } from "../config/last-good.ts";
import { systemClock } from "../clock/clock.ts";
import { ServerProblem } from "../http/sockets/server-problem.ts";
import type { Problem } from "../model/problem.ts";
import type { Keeper, KeeperEvent } from "../protocol/keeper.ts";
import { apiMethods } from "../rpc/api-methods.ts";
import { AutoLogs } from "../supervisor/auto-logs.ts";
import { ConfigControl } from "../supervisor/config-control.ts";
import { essentialStatus, watchEssentials } from "../supervisor/essentials.ts";
import { inKeptOrder, keepGroupOrder } from "../supervisor/group-order.ts";
import { ListenerPools } from "../supervisor/listener-pools.ts";
import { closeIdleSockets, socketLine } from "../supervisor/idle-sockets.ts";
import { RestartOnChange } from "../supervisor/restart-on-change.ts";
import { startChosen, startRest } from "../supervisor/start-chosen.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { announce, announceReturn, fallbackText } from "./announce.ts";
import type { BootOptions, BootOutcome, BootParts } from "./boot-options.ts";
import { DroppedBytes } from "./dropped-bytes.ts";
import { openMainLog, type MainLogFile } from "./main-log.ts";
import { keepLastGood, readLastGood } from "./known-model.ts";
import { openDoors } from "./open-doors.ts";
import { tapOutput } from "./output-taps.ts";
import { chosenInVain, onlyChosen } from "./only-chosen.ts";
import { removePidfile } from "./pidfile.ts";
import { noteRuntime } from "./runtime-note.ts";
import { serverUrlOf } from "./server-url.ts";
import { startNotices } from "./supervisord/launch.ts";
import { takeSignal } from "./take-signal.ts";
import { CRASHES, crashTrouble, MAIN_LOG, MANY_CRASHES, RECORDS, Troubles } from "./troubles.ts";
import { upgradeCall, upgradedFrom } from "./upgrade.ts";
import { ENDING, goOnEnding, wayOut } from "./way-out.ts";

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

  // One of this keeper's has come to the end of its first turn before us. Else this is the start that somebody waits for, though
  // others may have died in it, and perhaps we take over from an earlier keeper.
  const keeperName = `${snapshot.pid}-${snapshot.startedAt}`;
  const isStarted = snapshot.saved[STARTED] === keeperName;
  const fail = async (problems: readonly Problem[], status: number): Promise<BootOutcome> => {
    // Programs of an earlier keeper are left as that one left them.
    await keeper.quit({ status, force: takesOver && !isStarted });
    const messages = problems.map((problem) => problem.message);
    return { ready: false, first: !isStarted, problems: parts.format(problems), messages, status };
  };

  const { launch, console } = options;
  const foreground = console !== null || options.service || launch?.nodaemon === true;
  // Names the time since everything was last started anew: outputs are counted from there.
  const epoch = snapshot.saved["daemon"] ?? String(Date.now());
  const lastGood = (): LastGood | null => readLastGood(options, parts);
  // Programs of a daemon before us run, or may: whatever happens, nothing is begun anew.
  const takesOver = snapshot.saved["daemon"] !== undefined;
  // One before us died in the middle of the first turn: neither its model nor all that it was to start had been noted.
  const hadBegun = snapshot.saved[BEGINNING] !== undefined;
  const inherited = takesOver && !hadBegun ? lastGood() : null;
  const loaded = inherited === null ? (parts.checked ?? (await parts.load())) : null;
  // It was fine before everything was stopped for a restart: better the last good one than none. Never that of an earlier daemon.
  const fallback = loaded?.outcome.ok === false && isStarted ? lastGood() : null;
  if (loaded?.outcome.ok === false && fallback === null && !takesOver) return fail(loaded.outcome.problems, 2);
  const model = (inherited ?? fallback)?.model ?? (loaded?.outcome.ok === true ? loaded.outcome.value : null);
  if (model === null) {
    const mistakes = loaded?.outcome.ok === false ? parts.format(loaded.outcome.problems) : "";
    throw new Error(
      `Programs run on, but what they are is not known: ${options.places.lastGood} cannot be read, and the config has mistakes. ` +
        `Once it has none, the next supervisor process takes them over.\n${mistakes}`,
    );
  }

  // Later starts go on with what there is: a name may have gone from the config meanwhile.
  const inVain = takesOver || isStarted ? null : chosenInVain(model, options.only);
  if (inVain !== null) {
    await keeper.quit({ status: 1 });
    return { ready: false, first: !isStarted, problems: inVain, messages: [inVain], status: 1 };
  }

  const { supervisord } = model;
  const copy = foreground && !supervisord.silent;
  const logFile = console === null ? options.places.mainLog : null;
  const troubles = new Troubles();
  let mainLog: MainLogFile;
  try {
    mainLog = openMainLog(supervisord, logFile, copy, parts, snapshot.saved["mainLog"]);
  } catch (error) {
    const message = `cannot open the log ${supervisord.logfile ?? logFile}: ${(error as Error).message}`;
    // Supervisor ends with 1 and a Python traceback.
    if (!isStarted) return fail([{ message }], 1);
    // Programs are looked after without a log, too.
    mainLog = openMainLog({ ...supervisord, logfile: null }, null, copy, parts, undefined);
    troubles.note(MAIN_LOG, message);
  }
  const { log } = mainLog;
  process.on("exit", () => log.flush());
  noteRuntime(options.places, log);
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
      console,
    },
  });

  const watcher = parts.watch?.(
    () => void config.update().catch((error: unknown) => log("error", `update failed: ${(error as Error).stack}`)),
  );
  troubles.note(RECORDS, snapshot.recordTrouble ?? null);
  const keep = keepLastGood(options, troubles, log);
  const config = new ConfigControl(
    {
      file: options.config,
      supervisor,
      load: parts.load,
      format: parts.format,
      keep,
      log,
      onFiles: (files, hash) => {
        troubles.note(CRASHES, null);
        watcher?.rearm(files, hash);
      },
    },
    model,
  );

  const { loglevel: level, stripAnsi } = supervisord;
  const untap = tapOutput({ supervisor, log, level, stripAnsi, openSyslog: parts.openSyslog });
  const restartOnChange = new RestartOnChange({
    supervisor,
    log,
    watchFiles: (onChange) =>
      parts.watchFiles(onChange, (error) =>
        log("warn", `files that programs watch may change unnoticed: ${error.message}`),
      ),
  });
  let pools: ListenerPools | null = null;
  let pidfile: string | null = null;
  const answered: Parameters<typeof wayOut>[3] = async (groups, deadline) => pools?.settled(groups, deadline);
  const out = wayOut(keeper, supervisor, log, answered, async (how) => {
    // Programs that run on end when they like, and a listener is to hear of it until the next supervisor takes over.
    if (how === "shutdown" || how === "restart") pools?.close();
    untap();
    await Promise.all([watcher?.close(), restartOnChange.close()]);
    // Under the same keeper the sockets stay held: whoever asks meanwhile is answered by the next supervisor.
    await (how === "restart" || how === "upgrade" ? doors.leave() : doors.close());
    if (pidfile !== null && how !== "upgrade") removePidfile(pidfile, snapshot.pid);
  });
  const { done, shutdown, restart } = out;
  const dropped = new DroppedBytes(keeper, snapshot);
  const methods = apiMethods({
    upgradedFrom: upgradedFrom(snapshot.saved)?.from ?? null,
    supervisor,
    config,
    keeper,
    snapshot,
    version: options.version,
    watching: watcher !== undefined,
    dropped: () => dropped.current(),
    troubles: () => troubles.list(),
    shutdown,
    upgrade: upgradeCall({ keeper, snapshot, options, foreground, leave: out.upgrade }),
  });
  const opened = await openDoors(
    options.places.socket,
    model,
    {
      supervisor,
      config,
      keeper,
      pid: snapshot.pid,
      epoch: `${keeperName}-${epoch}`,
      version: options.version,
      mainLog: {
        path: mainLog.path,
        reopen: () => log.reopen(),
        // At once: a client may be about to read or to empty it.
        write: (level, message) => {
          log(level, message);
          log.flush();
        },
      },
      shutdown,
      restart,
    },
    methods,
    log,
    parts.sockets,
  ).catch((error: unknown) => {
    // The next supervisor of a daemon that runs may find what this one does not.
    if (isStarted || !(error instanceof ServerProblem)) throw error;
    return error;
  });
  if (opened instanceof ServerProblem) {
    untap();
    await Promise.all([watcher?.close(), restartOnChange.close()]);
    return fail([{ message: opened.message, hint: `${opened.hint}. Name another place with SUP_RUNTIME_DIR.` }], 2);
  }
  const doors = opened;

  const signalled = {
    supervisor,
    config,
    keeper,
    log,
    wayOut: out,
    hangup: launch === null ? "update" : "restart",
    statusAfter: console === null ? null : (signal: number) => essentialStatus(supervisor) ?? 128 + signal,
  } as const;
  const take = (event: KeeperEvent): void => {
    if (event.type === "relayed") return takeSignal(event.signal, signalled);
    if (event.type === "socket") return log("info", socketLine(event));
    if (event.type === "logTrouble") dropped.note(event);
    if (event.type === "recordTrouble") {
      troubles.note(RECORDS, event.errno);
      if (event.errno === null) log("warn", `programs can be recorded again, after ${event.failed} failures`);
      else log("error", `${RECORDS}: ${event.errno}`);
    }
    supervisor.handleKeeperEvent(event);
  };
  closeIdleSockets(supervisor, keeper);
  mainLog.onLonger(supervisor.saveAlso(mainLog.changes));
  keepGroupOrder(supervisor);
  const { identifier } = supervisord;
  pools = new ListenerPools({
    supervisor,
    keeper,
    clock: systemClock,
    identifier,
    log,
    saved: snapshot.saved,
    sameKeeper: isStarted || snapshot.saved[BEGINNING] === keeperName,
  });
  // Not before what this turn has changed is saved.
  const note = (changes: Readonly<Record<string, string | null>>): void =>
    queueMicrotask(() => keeper.acknowledge(0, changes));
  const begun = (hash: string): void => {
    // Now the keeper has something to do meanwhile.
    keep(model, hash);
    note({ [BEGINNING]: null, [STARTED]: keeperName });
  };
  if (!takesOver && loaded !== null) {
    for (const { level, text } of startNotices(launch, loaded, !isStarted)) log(level, text);
    if (fallback !== null && !loaded.outcome.ok) log("error", fallbackText(parts.format(loaded.outcome.problems)));
    try {
      await doors.openConfigured();
    } catch (error) {
      if (!(error instanceof ServerProblem)) throw error;
      if (isStarted) log("critical", error.message);
      pools.close();
      await watcher?.close();
      await doors.close();
      return fail([error.hint === "" ? error : { message: error.message, hint: error.hint }], 2);
    }
    if (!isStarted) for (const { level, text } of launch?.daemonizing ?? []) log(level, text);
    keeper.acknowledge(0, { daemon: epoch, [BEGINNING]: keeperName });
    if (!supervisord.nocleanup) autoLogs.cleanUp((message) => log("warn", message));
    pidfile = announce(supervisord, snapshot.pid, log);
    supervisor.begin(model, snapshot);
    startChosen(supervisor, onlyChosen(model, options.only));
    begun(loaded.hash);
    deliver = take;
    watcher?.rearm(loaded.files, loaded.hash);
  } else {
    // A new keeper on the programs of one that was killed is a start, with a new pid; else the pidfile is written already.
    const start = isStarted ? null : launch;
    for (const { level, text } of [...(start?.identity ?? []), ...(start?.limits ?? [])]) log(level, text);
    announceReturn(snapshot, options.version, log);
    if (upgradedFrom(snapshot.saved) !== null) keeper.acknowledge(0, { upgrade: null });
    await doors.reopenConfigured();
    for (const { level, text } of start?.daemonizing ?? []) log(level, text);
    pidfile = isStarted ? supervisord.pidfile : announce(supervisord, snapshot.pid, log);
    supervisor.restore(inKeptOrder(model, snapshot.saved), snapshot);
    if (hadBegun && loaded?.outcome.ok === true) {
      startRest(supervisor, snapshot, onlyChosen(model, options.only));
      begun(loaded.hash);
    }
    // An end that was under way is the end of the keeper that was killed.
    if (!isStarted) note({ [STARTED]: keeperName, [ENDING]: null });
    // Not before it knows its processes, and what came early before what comes in while the config is read.
    deliver = take;
    for (const event of early.splice(0)) take(event);
    // Unasked only if edits are applied unasked: with --no-watch, what is in force stays so.
    troubles.note(CRASHES, crashTrouble(snapshot.recentCrashes));
    const isEnding = isStarted && goOnEnding(snapshot.saved, out);
    if (!isEnding && snapshot.recentCrashes < MANY_CRASHES && watcher !== undefined) await config.update();
  }
  for (const event of early.splice(0)) take(event);
  if (foreground) {
    watchEssentials(supervisor, (status, why) => {
      log("critical", `${why}: stopping everything, exit status ${status}`);
      shutdown(status);
    });
  }
  const warnings = loaded === null || loaded.warnings.length === 0 ? "" : parts.format(loaded.warnings, "warning");
  return { ready: true, first: !isStarted, pid: snapshot.pid, warnings, done };
}

/** Under this name the keeper keeps that a supervisor begins; no process has a name without a colon. */
const BEGINNING = "beginning";
/** Under this one, for which keeper a supervisor has come to the end of its first turn: the pidfile is written, and all is taken over. */
const STARTED = "started";
