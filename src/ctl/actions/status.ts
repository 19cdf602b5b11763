import { namespec } from "../../model/model.ts";
import { STOPPED_STATES } from "../../model/states.ts";
import { parseNamespec } from "../../protocol/namespec.ts";
import type { ProcessInfo } from "../../protocol/process-info.ts";
import { FAULTS } from "../../protocol/faults.ts";
import { refuse, words, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { characters, pad } from "../pad.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** `status`: one line for each process. A listed process that is not running makes the status 3, whatever it was before. */
export const status: Action = {
  name: "status",
  help: [
    "status <name>\t\tGet status for a single process",
    "status <gname>:*\tGet status for all processes in a group",
    "status <name> <name>\tGet status for multiple named processes",
    "status\t\t\tGet all process status info",
  ],
  completes: "processes",
  async run(session, args) {
    // Exit status 3 means something else here, so every failed check is 4.
    if (!(await isConnected(session))) return session.fail(4);
    const all = await session.call("supervisor.getAllProcessInfo");
    const names = words(args);
    const listed = names.length === 0 || names.includes("all") ? all : select(session, all, names);
    showTable(session, listed);
    if (listed.some((info) => STOPPED_STATES.has(info.statename))) session.fail(3);
  },
};

/** `pid`: of the daemon, of named processes, or of all. */
export const pid: Action = {
  name: "pid",
  help: [
    "pid\t\t\tGet the PID of supervisord.",
    "pid <name>\t\tGet the PID of a single child process by name.",
    "pid all\t\t\tGet the PID of every child process, one per line.",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const names = words(args);
    if (names.length === 0) return session.say(String(await session.call("supervisor.getPID")));
    if (names.includes("all")) {
      for (const info of await session.call("supervisor.getAllProcessInfo")) session.say(String(info.pid));
      return;
    }
    for (const name of names) await showPid(session, name);
  },
};

/** Rows in the order of the names; what does not exist is said first. */
function select(session: Session, all: readonly ProcessInfo[], names: readonly string[]): ProcessInfo[] {
  return names.flatMap((name) => {
    const wanted = parseNamespec(name);
    const found = all.filter(
      (info) => info.group === wanted.group && (wanted.process === null || info.name === wanted.process),
    );
    if (found.length === 0) {
      session.say(
        wanted.process === null ? `${wanted.group}: ERROR (no such group)` : `${name}: ERROR (no such process)`,
      );
      session.fail(4);
    }
    return found;
  });
}

function showTable(session: Session, infos: readonly ProcessInfo[]): void {
  const width = Math.max(30, ...infos.map((info) => characters(namespec(info)))) + 3;
  session.say(...infos.map((info) => pad(namespec(info), width) + pad(info.statename, 10) + info.description));
}

async function showPid(session: Session, name: string): Promise<void> {
  try {
    const info = await session.call("supervisor.getProcessInfo", name);
    session.say(String(info.pid));
    if (info.pid === 0) session.fail(7);
  } catch (error) {
    if (!(error instanceof RpcFault && error.code === FAULTS.BAD_NAME)) throw error;
    refuse(session, `No such process ${name}`);
  }
}
