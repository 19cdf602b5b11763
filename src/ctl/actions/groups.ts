import { FAULTS } from "../../protocol/faults.ts";
import { words, type Action } from "../action.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** `add`: activates configured groups. An active one is complained about, but is no failure. */
export const add: Action = {
  name: "add",
  help: ["add <name> [...]\tActivates any updates in config for process/group"],
  completes: "groups",
  async run(session, args) {
    for (const name of words(args)) {
      await refused(session, name, ADD_FAULTS, async () => {
        await session.call("supervisor.addProcessGroup", name);
        session.say(`${name}: added process group`);
      });
    }
  },
};

/** `remove`: deactivates stopped groups. */
export const remove: Action = {
  name: "remove",
  help: ["remove <name> [...]\tRemoves process/group from active config"],
  completes: "groups",
  async run(session, args) {
    for (const name of words(args)) {
      await refused(session, name, REMOVE_FAULTS, async () => {
        await session.call("supervisor.removeProcessGroup", name);
        session.say(`${name}: removed process group`);
      });
    }
  },
};

interface Refusal {
  readonly words: (name: string) => string;
  readonly fails: boolean;
}

const NO_SUCH: Refusal = { words: (name) => `no such process/group: ${name}`, fails: true };

const ADD_FAULTS: ReadonlyMap<number, Refusal> = new Map([
  [FAULTS.SHUTDOWN_STATE, { words: () => "shutting down", fails: true }],
  [FAULTS.ALREADY_ADDED, { words: () => "process group already active", fails: false }],
  [FAULTS.BAD_NAME, NO_SUCH],
]);

const REMOVE_FAULTS: ReadonlyMap<number, Refusal> = new Map([
  [FAULTS.STILL_RUNNING, { words: (name: string) => `process/group still running: ${name}`, fails: true }],
  [FAULTS.BAD_NAME, NO_SUCH],
]);

async function refused(
  session: Session,
  name: string,
  faults: ReadonlyMap<number, Refusal>,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const refusal = error instanceof RpcFault ? faults.get(error.code) : undefined;
    if (refusal === undefined) throw error;
    session.say(`ERROR: ${refusal.words(name)}`);
    if (refusal.fails) session.fail(1);
  }
}
