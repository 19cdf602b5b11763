import { namespec } from "../../model/model.ts";
import { byCodePoint } from "../../model/text/by-code-point.ts";
import { FAULTS } from "../../protocol/faults.ts";
import { misuse, refuse, words, type Action } from "../action.ts";
import { pad } from "../pad.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** `reread`: the daemon reads its files; what has changed is listed, and nothing else happens. */
export const reread: Action = {
  name: "reread",
  help: ["reread \t\t\tReload the daemon's configuration files without add/remove"],
  async run(session, args) {
    if (args !== "") return misuse(session, reread, "Error: reread accepts no arguments");
    const answer = await reload(session, "supervisor shutting down");
    if (answer === null) return;
    const [added, changed, removed] = answer;
    const lines = [
      ...added.map((group) => [group, "available"] as const),
      ...changed.map((group) => [group, "changed"] as const),
      ...removed.map((group) => [group, "disappeared"] as const),
    ].sort(([a], [b]) => byCodePoint(a, b));
    for (const [group, what] of lines) session.say(`${group}: ${what}`);
    if (lines.length === 0) session.say("No config updates to processes");
  },
};

/** `update`: rereads, then removes, replaces and adds groups so that what is active is what is configured. */
export const update: Action = {
  name: "update",
  help: [
    "update\t\t\tReload config and add/remove as necessary, and will restart affected programs",
    "update all\t\tReload config and add/remove as necessary, and will restart affected programs",
    "update <gname> [...]\tUpdate specific groups",
  ],
  completes: "groups",
  async run(session, args) {
    const answer = await reload(session, "already shutting down");
    if (answer === null) return;
    const [added, changed, removed] = answer;
    const names = new Set(words(args));
    const all = names.size === 0 || names.has("all");
    if (!all) await complainAboutUnknown(session, names, added);
    const chosen = (groups: readonly string[]) => groups.filter((group) => all || names.has(group));

    for (const group of chosen(removed)) await retire(session, group);
    for (const group of chosen(changed)) {
      await session.call("supervisor.stopProcessGroup", group);
      session.say(`${group}: stopped`);
      await session.call("supervisor.removeProcessGroup", group);
      await session.call("supervisor.addProcessGroup", group);
      session.say(`${group}: updated process group`);
    }
    for (const group of chosen(added)) {
      await session.call("supervisor.addProcessGroup", group);
      session.say(`${group}: added process group`);
    }
  },
};

/** `avail`: every configured process, whether its group is active, how it starts, and its priorities. */
export const avail: Action = {
  name: "avail",
  help: ["avail\t\t\tDisplay all configured processes"],
  async run(session, args) {
    if (args !== "") return misuse(session, avail, "Error: avail accepts no arguments");
    try {
      for (const info of await session.call("supervisor.getAllConfigInfo")) {
        const columns = [
          pad(namespec(info), 32),
          pad(info.inuse ? "in use" : "avail", 9),
          pad(info.autostart ? "auto" : "manual", 9),
          `${info.group_prio}:${info.process_prio}`,
        ];
        session.say(columns.join(" "));
      }
    } catch (error) {
      if (!isFault(error, FAULTS.SHUTDOWN_STATE)) throw error;
      refuse(session, "ERROR: supervisor shutting down");
    }
  },
};

/** Group names (added, changed, removed); `null` if the daemon refused, which has then been said. */
async function reload(session: Session, shuttingDown: string) {
  try {
    return (await session.call("supervisor.reloadConfig"))[0];
  } catch (error) {
    if (isFault(error, FAULTS.SHUTDOWN_STATE)) refuse(session, `ERROR: ${shuttingDown}`);
    else if (isFault(error, FAULTS.CANT_REREAD)) refuse(session, `ERROR: ${error.faultString}`);
    else throw error;
    return null;
  }
}

async function complainAboutUnknown(session: Session, names: Set<string>, added: readonly string[]): Promise<void> {
  const active = (await session.call("supervisor.getAllProcessInfo")).map((info) => info.group);
  const known = new Set([...active, ...added]);
  for (const name of names) {
    if (!known.has(name)) refuse(session, `ERROR: no such group: ${name}`);
  }
}

async function retire(session: Session, group: string): Promise<void> {
  const results = await session.call("supervisor.stopProcessGroup", group);
  session.say(`${group}: stopped`);
  if (results.some((result) => result.status === FAULTS.FAILED)) {
    return refuse(session, `${group}: has problems; not removing`);
  }
  await session.call("supervisor.removeProcessGroup", group);
  session.say(`${group}: removed process group`);
}

function isFault(error: unknown, code: number): error is RpcFault {
  return error instanceof RpcFault && error.code === code;
}
