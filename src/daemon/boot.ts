import { systemClock } from "../clock/clock.ts";
import { ServerProblem } from "../http/sockets/server-problem.ts";
import type { Problem } from "../model/problem.ts";
import type { Keeper, KeeperEvent } from "../protocol/keeper.ts";
import { apiMethods } from "../rpc/api-methods.ts";
import { AutoLogs } from "../supervisor/auto-logs.ts";
import { ConfigControl } from "../supervisor/config-control.ts";
import { essentialStatus, watchEssentials } from "../supervisor/essentials.ts";
import { keepGroupOrder } from "../supervisor/group-order.ts";
import { ListenerPools } from "../supervisor/listener-pools.ts";
import { closeIdleSockets } from "../supervisor/idle-sockets.ts";
import { RestartOnChange } from "../supervisor/restart-on-change.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { beforeUs } from "./before-us.ts";
import type { BootOptions, BootOutcome, BootParts } from "./boot-options.ts";
import { DroppedBytes } from "./dropped-bytes.ts";
import { firstModel } from "./first-model.ts";
import { beginAnew, takeOver } from "./first-turn.ts";
import { keeperNews } from "./keeper-news.ts";
import { openMainLog, type MainLogFile } from "./main-log.ts";
import { keepLastGood } from "./known-model.ts";
import { openDoors } from "./open-doors.ts";
import { tapOutput } from "./output-taps.ts";
import { chosenInVain } from "./only-chosen.ts";
import { removePidfile } from "./pidfile.ts";
import { noteRuntime } from "./runtime-note.ts";
import { serverUrlOf } from "./server-url.ts";
import { CRASHES, crashTrouble, MAIN_LOG, MANY_CRASHES, RECORDS, Troubles } from "./troubles.ts";
import { upgradeCall, upgradedFrom } from "./upgrade.ts";
import { goOnEnding, wayOut } from "./way-out.ts";

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

  const before = beforeUs(snapshot);
  const { isStarted, takesOver } = before;
  const fail = async (problems: readonly Problem[], status: number): Promise<BootOutcome> => {
    // Programs of an earlier keeper are left as that one left them.
    await keeper.quit({ status, force: takesOver && !isStarted });
    const messages = problems.map((problem) => problem.message);
    return { ready: false, first: !isStarted, problems: parts.format(problems), messages, status };
  };
  const found = await firstModel(before, options, parts);
  if (!("model" in found)) return fail(found, 2);
  const { model, loaded } = found;
  // Later starts go on with what there is: a name may have gone from the config meanwhile.
  const inVain = takesOver || isStarted ? null : chosenInVain(model, options.only);
  if (inVain !== null) {
    await keeper.quit({ status: 1 });
    return { ready: false, first: !isStarted, problems: inVain, messages: [inVain], status: 1 };
  }

  const { launch, console } = options;
  const foreground = console !== null || options.service || launch?.nodaemon === true;
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
  const { keep, check } = keepLastGood(options, troubles, log, before.epoch, loaded === null ? model : null);
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

  config.onChange(({ ok }) => {
    if (!ok) check();
  });

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
      epoch: `${before.keeperName}-${before.epoch}`,
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

  const take = keeperNews(
    {
      supervisor,
      config,
      keeper,
      log,
      wayOut: out,
      hangup: launch === null ? "update" : "restart",
      statusAfter: console === null ? null : (signal) => essentialStatus(supervisor) ?? 128 + signal,
    },
    dropped,
    troubles,
  );
  closeIdleSockets(supervisor, keeper);
  mainLog.onLonger(supervisor.saveAlso(mainLog.changes));
  keepGroupOrder(supervisor);
  const { saved } = snapshot;
  const { identifier } = supervisord;
  const { sameKeeper } = before;
  pools = new ListenerPools({ supervisor, keeper, clock: systemClock, identifier, log, saved, sameKeeper });

  const turn = {
    keeper,
    snapshot,
    before,
    options,
    format: parts.format,
    model,
    supervisor,
    autoLogs,
    doors,
    log,
    keep,
  };
  if (!takesOver && loaded !== null) {
    try {
      pidfile = await beginAnew(turn, loaded);
    } catch (error) {
      if (!(error instanceof ServerProblem)) throw error;
      if (isStarted) log("critical", error.message);
      pools.close();
      await watcher?.close();
      await doors.close();
      return fail([error.hint === "" ? error : { message: error.message, hint: error.hint }], 2);
    }
    deliver = take;
    watcher?.rearm(loaded.files, loaded.hash);
  } else {
    pidfile = await takeOver(turn, loaded);
    // Not before it knows its processes, and what came early before what comes in while the config is read.
    deliver = take;
    for (const event of early.splice(0)) take(event);
    // Unasked only if edits are applied unasked: with --no-watch, what is in force stays so.
    troubles.note(CRASHES, crashTrouble(snapshot.recentCrashes));
    const isEnding = isStarted && goOnEnding(saved, out);
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
