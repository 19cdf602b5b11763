import { FAULTS } from "../protocol/faults.ts";
import { hasCode, RpcFault } from "./rpc-client.ts";
import type { Session } from "./session.ts";

/**
 * Whether a daemon that speaks our language answers. If not, says so and fails with 3, 4, 5 or 7.
 *
 * @throws every failure that it has no words for.
 */
export async function isConnected(session: Session): Promise<boolean> {
  try {
    const version = await session.call("supervisor.getVersion");
    if (version === "3.0") return true;
    session.say(
      "Sorry, this version of supervisorctl expects to talk to a server " +
        `with API version 3.0, but the remote version is ${version}.`,
    );
    session.fail(5);
  } catch (error) {
    if (hasCode(error, "ECONNREFUSED")) {
      session.say(`${session.serverurl} refused connection`);
      session.fail(4);
    } else if (hasCode(error, "ENOENT")) {
      session.say(`${session.serverurl} no such file`);
      session.fail(7);
    } else if (error instanceof RpcFault && error.code === FAULTS.UNKNOWN_METHOD) {
      session.say(
        "Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl " +
          "uses to control it.  Please check that the [rpcinterface:supervisor] section is enabled in the " +
          "configuration file (see sample.conf).",
      );
      session.fail(3);
    } else {
      throw error;
    }
  }
  return false;
}
