import type { SupervisorState } from "../protocol/process-info.ts";
import type { RpcMethods } from "../protocol/contract.ts";
import type { Mood } from "../supervisor/supervisor.ts";
import { findProcess } from "./find-target.ts";
import { ProcessInfos } from "./process-infos.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names =
  | "supervisor.getAPIVersion"
  | "supervisor.getAllProcessInfo"
  | "supervisor.getIdentification"
  | "supervisor.getPID"
  | "supervisor.getProcessInfo"
  | "supervisor.getState"
  | "supervisor.getSupervisorVersion";

/** Any other version makes supervisorctl refuse to work. */
const API_VERSION = "3.0";

/** The calls that only look at the daemon and its processes. */
export function infoMethods(daemon: RpcDaemon): Pick<RpcMethods, Names> {
  const { supervisor } = daemon;
  const infos = new ProcessInfos(supervisor);
  return {
    "supervisor.getAPIVersion": () => API_VERSION,
    "supervisor.getSupervisorVersion": () => daemon.version,
    "supervisor.getIdentification": () => daemon.config.known.supervisord.identifier,
    "supervisor.getState": () => SUPERVISOR_STATES[supervisor.mood],
    "supervisor.getPID": () => daemon.pid,
    "supervisor.getProcessInfo": (name) => infos.of(findProcess(supervisor, name)),
    "supervisor.getAllProcessInfo": () => infos.all(),
  };
}

const SUPERVISOR_STATES: Readonly<Record<Mood, SupervisorState>> = {
  running: { statecode: 1, statename: "RUNNING" },
  restarting: { statecode: 0, statename: "RESTARTING" },
  shutdown: { statecode: -1, statename: "SHUTDOWN" },
};
