import { RUNNING_STATES, STOPPED_STATES } from "../model/states.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { ProcessGroup } from "../supervisor/process-group.ts";
import { reportEvery } from "../supervisor/report-every.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { bulkCall, singleCall, type Begun } from "./bulk-call.ts";
import { findGroup, findTarget, inBulkOrder } from "./find-target.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.stopProcess" | "supervisor.stopProcessGroup" | "supervisor.stopAllProcesses";

/** The calls that stop processes. Bulk stops go in the same ascending order as starts; all signals go out before any wait. */
export function stopMethods({ supervisor, mainLog }: RpcDaemon): Pick<RpcMethods, Names> {
  const say = (message: string): void => mainLog.write("info", message);
  const stopAll = (processes: readonly ManagedProcess[], wait: boolean) =>
    bulkCall(
      processes.filter((process) => isToStop(supervisor, process)),
      (process, name) => stop(supervisor, process, name, wait, say),
    );
  const stopGroup = (group: ProcessGroup, wait: boolean) => stopAll(group.byPriority(), wait);
  return {
    "supervisor.stopProcess": (name, wait) => {
      const target = findTarget(supervisor, name);
      if (target.kind === "group") return stopGroup(target.group, wait);
      return singleCall(stop(supervisor, target.process, name, wait, say));
    },
    "supervisor.stopProcessGroup": (name, wait) => stopGroup(findGroup(supervisor, name), wait),
    "supervisor.stopAllProcesses": (wait) => stopAll(inBulkOrder(supervisor), wait),
  };
}

function stop(
  supervisor: Supervisor,
  process: ManagedProcess,
  name: string,
  wait: boolean,
  say: (message: string) => void,
): Begun {
  if (!isToStop(supervisor, process)) return new Fault("NOT_RUNNING", name);
  supervisor.requestStop(process);
  if (!wait || STOPPED_STATES.has(process.life.state)) return judge(process, name) ?? true;
  let result: true | Fault | null = null;
  const hush = reportEvery(supervisor.clock, REPORT_EVERY, () => {
    if (process.life.state === "STOPPING") say(`waiting for ${process.spec.name} to stop`);
  });
  return supervisor
    .until(process, () => (result = judge(process, name)) !== null)
    .finally(hush)
    .then(() => result ?? true);
}

/** Milliseconds between two lines about one that takes its time to stop: as often as Supervisor. */
const REPORT_EVERY = 2000;

/** One that waits for its dependencies runs as far as an operator is concerned: it can be called off. */
function isToStop(supervisor: Supervisor, process: ManagedProcess): boolean {
  return RUNNING_STATES.has(process.life.state) || supervisor.waitingFor(process).length > 0;
}

function judge(process: ManagedProcess, name: string): true | Fault | null {
  const { state } = process.life;
  if (state === "UNKNOWN") return new Fault("FAILED", `could not signal ${name} (pid ${process.pid})`);
  return STOPPED_STATES.has(state) ? true : null;
}
