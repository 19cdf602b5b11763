import { existsSync, unlinkSync } from "node:fs";
import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import { logPath } from "../supervisor/launch.ts";
import type { ManagedProcess } from "../supervisor/managed-process.ts";
import { emptyFile } from "../files/empty-file.ts";
import { bulkCall, singleCall } from "./bulk-call.ts";
import { findProcess, inBulkOrder } from "./find-target.ts";
import type { MainLog, RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.clearLog" | "supervisor.clearProcessLogs" | "supervisor.clearAllProcessLogs";

/** The calls that empty logs. Rotated backups stay. */
export function clearMethods(daemon: RpcDaemon): Pick<RpcMethods, Names> {
  const { supervisor } = daemon;
  return {
    "supervisor.clearLog": () => clearMainLog(daemon.mainLog),
    "supervisor.clearProcessLogs": (name) => singleCall(clear(daemon, findProcess(supervisor, name), name)),
    "supervisor.clearAllProcessLogs": () =>
      bulkCall(inBulkOrder(supervisor), (process, name) => clear(daemon, process, name)),
  };
}

/** Removed and opened anew, so that whoever follows it goes on with the new file. */
function clearMainLog(mainLog: MainLog): true {
  if (mainLog.path === null || !existsSync(mainLog.path)) throw new Fault("NO_FILE");
  // Into the file that goes, as Supervisor does: a log that has been cleared is empty. Once it is gone, the next line would
  // make it anew.
  mainLog.write("info", "reopening log file");
  try {
    unlinkSync(mainLog.path);
  } catch (error) {
    throw new Fault("FAILED", (error as Error).message);
  }
  mainLog.reopen();
  return true;
}

async function clear(daemon: RpcDaemon, process: ManagedProcess, name: string): Promise<true | Fault> {
  const { supervisor, keeper } = daemon;
  supervisor.bus.emit({ type: "logsCleared", process, done: false });
  try {
    await keeper.clearLogs(process.key);
    // The keeper only knows what it has started; the files of an earlier daemon's run are just files.
    if (process.pid === 0) {
      for (const stream of ["stdout", "stderr"] as const) {
        const path = logPath(process.spec, stream, supervisor.context);
        if (path !== null) emptyFile(path);
      }
    }
    supervisor.bus.emit({ type: "logsCleared", process, done: true });
    return true;
  } catch {
    return new Fault("FAILED", name);
  }
}
