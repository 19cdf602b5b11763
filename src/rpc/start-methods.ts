import { RUNNING_STATES } from "../model/states.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import { checkCommand } from "../supervisor/launch.ts";
import { untilWithAwaited, waitsInVain } from "../supervisor/held-up.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { ProcessGroup } from "../supervisor/process-group.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { bulkCall, singleCall, type Begun } from "./bulk-call.ts";
import { dependenciesOf } from "./control.ts";
import { findGroup, findTarget, inBulkOrder } from "./find-target.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.startProcess" | "supervisor.startProcessGroup" | "supervisor.startAllProcesses";

/** The calls that start processes. Each tells of the first attempt only: retries go on after the answer. */
export function startMethods({ supervisor, mainLog }: RpcDaemon): Pick<RpcMethods, Names> {
  const warn = (message: string): void => mainLog.write("warn", message);
  const startAll = (processes: readonly ManagedProcess[], wait: boolean) => {
    const idle = processes.filter((process) => !RUNNING_STATES.has(process.life.state));
    return bulkCall(idle, (process, name) => start(supervisor, process, name, wait, warn));
  };
  const startGroup = (group: ProcessGroup, wait: boolean) => startAll(group.byPriority(), wait);
  return {
    "supervisor.startProcess": (name, wait) => {
      const target = findTarget(supervisor, name);
      if (target.kind === "group") return startGroup(target.group, wait);
      return singleCall(start(supervisor, target.process, name, wait, warn));
    },
    "supervisor.startProcessGroup": (name, wait) => startGroup(findGroup(supervisor, name), wait),
    "supervisor.startAllProcesses": (wait) => startAll(inBulkOrder(supervisor), wait),
  };
}

/**
 * The order of these checks is contract: the command is looked up first, so a running program whose file has vanished is
 * reported as missing, not as started already.
 */
function start(
  supervisor: Supervisor,
  process: ManagedProcess,
  name: string,
  wait: boolean,
  warn: (message: string) => void,
): Begun {
  const found = checkCommand(process.spec, supervisor.context);
  if (!found.ok) return new Fault(found.fault, found.message);
  const { state } = process.life;
  if (RUNNING_STATES.has(state)) return new Fault("ALREADY_STARTED", name);
  if (state === "UNKNOWN") return new Fault("FAILED", `${name} is in an unknown process state`);
  // Nothing starts out of STOPPING; without `wait` only the log tells.
  if (state === "STOPPING") {
    warn(`process '${process.spec.name}' already running`);
    return wait ? new Fault("ABNORMAL_TERMINATION", name) : true;
  }

  for (const needed of dependenciesOf(supervisor, [process])) supervisor.requestStart(needed);
  supervisor.requestStart(process);
  const judge = wait ? judgeRun : judgeSpawn;
  let result = judge(supervisor, process, name);
  if (result !== null) return result;
  return untilWithAwaited(supervisor, process, () => (result = judge(supervisor, process, name)) !== null).then(
    () => result ?? new Fault("ABNORMAL_TERMINATION", name),
  );
}

/** Has the spawn been answered? Supervisor knows that at once, so its callers without `wait` hear of a spawn that failed. */
function judgeSpawn(supervisor: Supervisor, process: ManagedProcess, name: string): true | Fault | null {
  const { life } = process;
  // Held back by what it depends on: it has been asked for, and that is all there is to say.
  if (supervisor.waitingFor(process).length > 0) return true;
  if (life.state === "STARTING" && life.pid === null) return null;
  return life.spawnerr === "" ? true : new Fault("SPAWN_ERROR", name);
}

/** Has it come up, or is it clear that it does not? "Exited too quickly" counts as a spawn error. */
function judgeRun(supervisor: Supervisor, process: ManagedProcess, name: string): true | Fault | null {
  const { life } = process;
  if (life.state === "RUNNING") return true;
  if (supervisor.waitingFor(process).length > 0 && !process.retired) {
    return waitsInVain(supervisor, process) ? new Fault("ABNORMAL_TERMINATION", name) : null;
  }
  if (life.spawnerr !== "") return new Fault("SPAWN_ERROR", name);
  return life.state === "STARTING" ? null : new Fault("ABNORMAL_TERMINATION", name);
}
