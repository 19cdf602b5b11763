import { SIGNALLABLE_STATES } from "../model/states.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import type { ProcessGroup } from "../supervisor/process-group.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { bulkCall, singleCall, type Begun } from "./bulk-call.ts";
import { findGroup, findTarget, inBulkOrder } from "./find-target.ts";
import { parseSignal } from "./parse-signal.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.signalProcess" | "supervisor.signalProcessGroup" | "supervisor.signalAllProcesses";

/** The calls that send signals, always to the processes themselves and never to their process groups. */
export function signalMethods({ supervisor }: RpcDaemon): Pick<RpcMethods, Names> {
  const signalAll = (processes: readonly ManagedProcess[], signal: string | number) =>
    bulkCall(
      processes.filter((process) => SIGNALLABLE_STATES.has(process.life.state)),
      (process, name) => send(supervisor, process, name, signal),
    );
  const signalGroup = (group: ProcessGroup, signal: string | number) => signalAll(group.byPriority(), signal);
  return {
    "supervisor.signalProcess": (name, signal) => {
      const target = findTarget(supervisor, name);
      if (target.kind === "group") return signalGroup(target.group, signal);
      return singleCall(send(supervisor, target.process, name, signal));
    },
    "supervisor.signalProcessGroup": (name, signal) => signalGroup(findGroup(supervisor, name), signal),
    "supervisor.signalAllProcesses": (signal) => signalAll(inBulkOrder(supervisor), signal),
  };
}

function send(supervisor: Supervisor, process: ManagedProcess, name: string, signal: string | number): Begun {
  const number = parseSignal(String(signal));
  if (number === null) return new Fault("BAD_SIGNAL", String(signal));
  if (!SIGNALLABLE_STATES.has(process.life.state)) return new Fault("NOT_RUNNING", name);
  return deliver(supervisor, process, name, number);
}

async function deliver(
  supervisor: Supervisor,
  process: ManagedProcess,
  name: string,
  signal: number,
): Promise<true | Fault> {
  // A spawn that is in flight has no pid to signal yet; it gets one, or fails, in a moment.
  await supervisor.until(process, () => process.life.state !== "STARTING" || process.pid !== 0);
  if (!SIGNALLABLE_STATES.has(process.life.state)) return new Fault("NOT_RUNNING", name);
  const { pid } = process;
  const errno = await process.sendSignal(signal);
  return errno === null ? true : new Fault("FAILED", `cannot send signal ${signal} to ${name} (pid ${pid}): ${errno}`);
}
