import type { RpcMethods } from "../protocol/contract.ts";
import { Fault } from "../protocol/faults.ts";
import { findProcess } from "./find-target.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";

type Names = "supervisor.sendProcessStdin" | "supervisor.sendRemoteCommEvent";

/** The calls that hand data on: to a program's standard input, and to event listeners. */
export function inputMethods({ supervisor, keeper }: RpcDaemon): Pick<RpcMethods, Names> {
  return {
    "supervisor.sendProcessStdin": async (name, chars) => {
      const process = findProcess(supervisor, name);
      if (process.pid === 0 || process.life.state === "STOPPING") throw new Fault("NOT_RUNNING", name);
      // The stdin of a FastCGI program is its listening socket.
      if (supervisor.groups.get(process.spec.group)?.spec.kind === "fcgi") throw new Fault("NO_FILE", name);
      switch (await keeper.writeStdin(process.key, new TextEncoder().encode(chars))) {
        case "queued":
          return true;
        case "closed":
          throw new Fault("NO_FILE", name);
        case "full":
          throw new Fault("FAILED", `${name} does not read its input: what was sent before still waits`);
      }
    },
    "supervisor.sendRemoteCommEvent": (name, data) => {
      supervisor.bus.emit({ type: "remoteCommunication", name, data });
      return true;
    },
  };
}
