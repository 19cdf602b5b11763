import type { ApiCalls, ApiName, StatusReport, UpgradeReport } from "../protocol/api.ts";
import type { Model, ProcessSpec } from "../model/model.ts";
import type { Keeper, KeeperSnapshot } from "../protocol/keeper.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import { hurry } from "../supervisor/shut-down.ts";
import { reportProcess, type LostOutput } from "../supervisor/snapshot.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { assertNamed, restart, signal, start, stop } from "./control.ts";
import { membersOf, processTrees } from "./process-trees.ts";

/** The JSON side of the contract, implemented: one function a call. Each may throw a `Refusal`. */
export type ApiMethods = {
  readonly [N in ApiName]: (args: ApiCalls[N]["arguments"]) => ApiCalls[N]["result"] | Promise<ApiCalls[N]["result"]>;
};

/** What the methods need from the daemon beyond the supervised world. */
export interface DaemonFacts {
  readonly supervisor: Supervisor;
  readonly config: ConfigControl;
  readonly snapshot: KeeperSnapshot;
  readonly version: string;
  /** The version before this one if `sup upgrade` started this supervisor process. */
  readonly upgradedFrom: string | null;
  readonly keeper: Keeper;
  readonly watching: boolean;
  /** Output lost by each process. */
  readonly dropped: () => Promise<ReadonlyMap<string, LostOutput>>;
  /** What the daemon itself cannot do now. */
  readonly troubles: () => readonly string[];
  /** Begins the end of everything; returns at once. */
  readonly shutdown: () => void;
  /** Begins an upgrade. @throws Refusal */
  readonly upgrade: (keeper: boolean) => Promise<UpgradeReport>;
}

export function apiMethods(daemon: DaemonFacts): ApiMethods {
  const { supervisor, config } = daemon;
  return {
    status: () => statusReport(daemon),
    start: (args) => start(supervisor, args),
    stop: (args) => stop(supervisor, args),
    restart: (args) => restart(supervisor, args),
    signal: (args) => signal(supervisor, args),
    plan: () => config.plan(),
    update: ({ names }) => config.update((next) => assertNamed(names ?? [], processesIn(next))),
    shutdown: () => {
      daemon.shutdown();
      return { pid: daemon.snapshot.pid };
    },
    processes: async ({ names }) =>
      processTrees(supervisor, await membersOf(daemon.keeper, daemon.snapshot.protocol, "all"), names),
    upgrade: ({ keeper }) => daemon.upgrade(keeper === true),
    hurry: ({ seconds }) => {
      hurry(supervisor, seconds);
      return {};
    },
  };
}

function processesIn({ groups }: Model): readonly ProcessSpec[] {
  return groups.flatMap((group) => group.processes);
}

async function statusReport(daemon: DaemonFacts): Promise<StatusReport> {
  const dropped = await daemon.dropped();
  const left = await membersOf(daemon.keeper, daemon.snapshot.protocol, "left");
  const { supervisor, config, snapshot } = daemon;
  return {
    pid: snapshot.pid,
    supervisorPid: process.pid,
    version: daemon.version,
    keeperVersion: snapshot.version ?? "",
    containment: snapshot.cgroups === true ? "cgroup" : "session",
    identifier: config.model.supervisord.identifier,
    mood: supervisor.mood,
    startedAt: snapshot.startedAt,
    now: supervisor.clock.wall(),
    config: config.status(daemon.watching),
    supervisorRestarts: snapshot.restarts,
    upgradedFrom: daemon.upgradedFrom,
    troubles: daemon.troubles(),
    processes: supervisor.processes().map((one) => reportProcess(supervisor, one, dropped.get(one.key), left[one.key])),
  };
}
