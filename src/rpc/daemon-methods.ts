import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import { rereadFault } from "./reread-fault.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.shutdown" | "supervisor.restart";

/** The calls that end the daemon. They answer at once; what is asked afterwards is refused with SHUTDOWN_STATE. */
export function daemonMethods(daemon: RpcDaemon): Pick<RpcMethods, Names> {
  return {
    "supervisor.shutdown": () => {
      daemon.shutdown();
      return true;
    },
    "supervisor.restart": async () => {
      // Supervisor stops everything first and then finds out that it cannot read its config: the end of all programs.
      const read = await daemon.config.read();
      if (!read.ok) throw rereadFault(read.problems);
      if (daemon.supervisor.mood !== "running") throw new Fault("SHUTDOWN_STATE");
      daemon.restart();
      return true;
    },
  };
}
