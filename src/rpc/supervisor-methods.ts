import type { RpcMethods } from "../protocol/contract.ts";
import { clearMethods } from "./clear-methods.ts";
import { configMethods } from "./config-methods.ts";
import { daemonMethods } from "./daemon-methods.ts";
import { infoMethods } from "./info-methods.ts";
import { inputMethods } from "./input-methods.ts";
import { logMethods } from "./log-methods.ts";
import type { RpcDaemon } from "./rpc-daemon.ts";
import { signalMethods } from "./signal-methods.ts";
import { startMethods } from "./start-methods.ts";
import { stopMethods } from "./stop-methods.ts";

/** Every method of the `supervisor` namespace. The type says so: one that is missing does not compile. */
export function supervisorMethods(daemon: RpcDaemon): RpcMethods {
  return {
    ...infoMethods(daemon),
    ...startMethods(daemon),
    ...stopMethods(daemon),
    ...signalMethods(daemon),
    ...inputMethods(daemon),
    ...logMethods(daemon),
    ...clearMethods(daemon),
    ...configMethods(daemon),
    ...daemonMethods(daemon),
  };
}
