import type { LoadResult } from "../config/load-config.ts";
import type { DaemonLog } from "../logs/daemon-log.ts";
import type { Model } from "../model/model.ts";
import type { Keeper, KeeperSnapshot } from "../protocol/keeper.ts";
import type { AutoLogs } from "../supervisor/auto-logs.ts";
import { comeBackFromEnd } from "../supervisor/come-back.ts";
import { inKeptOrder } from "../supervisor/group-order.ts";
import { startChosen, startRest } from "../supervisor/start-chosen.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { announce, announceReturn, fallbackText } from "./announce.ts";
import { BEGINNING, DAEMON, STARTED, type BeforeUs } from "./before-us.ts";
import type { BootOptions, BootParts } from "./boot-options.ts";
import { onlyChosen } from "./only-chosen.ts";
import type { Doors } from "./open-doors.ts";
import { startNotices, type Notice } from "./supervisord/launch.ts";
import { upgradedFrom } from "./upgrade.ts";
import { ENDING } from "./way-out.ts";

/** What the first turn of a supervisor works on: all is there, and nothing has begun. */
export interface FirstTurn {
  readonly keeper: Keeper;
  readonly snapshot: KeeperSnapshot;
  readonly before: BeforeUs;
  readonly options: BootOptions;
  readonly format: BootParts["format"];
  readonly model: Model;
  readonly supervisor: Supervisor;
  readonly autoLogs: AutoLogs;
  readonly doors: Doors;
  readonly log: DaemonLog;
  /** Keeps the model that came into force, for later supervisors. */
  readonly keep: (model: Model, hash: string) => void;
}

/**
 * Begins everything anew. Resolves with the pidfile, if one was written.
 *
 * @throws ServerProblem if a configured server cannot be opened; nothing was started then.
 */
export async function beginAnew(turn: FirstTurn, loaded: LoadResult): Promise<string | null> {
  const { keeper, snapshot, before, options, model, supervisor, autoLogs, doors, log } = turn;
  const { isStarted, epoch, keeperName } = before;
  tell(log, startNotices(options.launch, loaded, !isStarted));
  if (!loaded.outcome.ok) log("error", fallbackText(turn.format(loaded.outcome.problems)));
  await doors.openConfigured();
  if (!isStarted) tell(log, options.launch?.daemonizing ?? []);
  keeper.acknowledge(0, { [DAEMON]: epoch, [BEGINNING]: keeperName });
  if (!model.supervisord.nocleanup) autoLogs.cleanUp((message) => log("warn", message));
  const pidfile = announce(model.supervisord, snapshot.pid, log);
  supervisor.begin(model, snapshot);
  startChosen(supervisor, onlyChosen(model, options.only));
  begun(turn, loaded.hash);
  return pidfile;
}

/** Takes over what runs, as it is. `loaded`: the config, if it had to be read for that. Resolves with the pidfile, if there is one. */
export async function takeOver(turn: FirstTurn, loaded: LoadResult | null): Promise<string | null> {
  const { keeper, snapshot, before, options, model, supervisor, doors, log } = turn;
  const { isStarted, hadBegun, keeperName } = before;
  // A new keeper on the programs of one that was killed is a start, with a new pid; else the pidfile is written already.
  const start = isStarted ? null : options.launch;
  tell(log, [...(start?.identity ?? []), ...(start?.limits ?? [])]);
  announceReturn(snapshot, options.version, log);
  if (upgradedFrom(snapshot.saved) !== null) keeper.acknowledge(0, { upgrade: null });
  await doors.reopenConfigured();
  tell(log, start?.daemonizing ?? []);
  const pidfile = isStarted ? model.supervisord.pidfile : announce(model.supervisord, snapshot.pid, log);
  supervisor.restore(inKeptOrder(model, snapshot.saved), snapshot);
  if (hadBegun && loaded?.outcome.ok === true) {
    startRest(supervisor, snapshot, onlyChosen(model, options.only));
    begun(turn, loaded.hash);
  }
  if (!isStarted) {
    // An end that was under way is the end of the keeper that was killed.
    note(keeper, { [STARTED]: keeperName, [ENDING]: null });
    comeBackFromEnd(supervisor, supervisor.processes());
  }
  return pidfile;
}

function tell(log: DaemonLog, notices: readonly Notice[]): void {
  for (const { level, text } of notices) log(level, text);
}

function begun({ keeper, keep, model, before }: FirstTurn, hash: string): void {
  // Now the keeper has something to do meanwhile.
  keep(model, hash);
  note(keeper, { [BEGINNING]: null, [STARTED]: before.keeperName });
}

/** Not before what this turn has changed is saved. */
function note(keeper: Keeper, changes: Readonly<Record<string, string | null>>): void {
  queueMicrotask(() => keeper.acknowledge(0, changes));
}
