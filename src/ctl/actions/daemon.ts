import { FAULTS } from "../../protocol/faults.ts";
import { misuse, refuse, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { hasCode, RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";
import { status } from "./status.ts";

/** `shutdown`: returns as soon as the daemon has accepted. A shutdown under way is complained about, but is no failure. */
export const shutdown: Action = {
  name: "shutdown",
  help: ["shutdown \tShut the remote supervisord down."],
  async run(session, args) {
    if (args !== "") return misuse(session, shutdown, "Error: shutdown accepts no arguments");
    if (!(await confirmed(session, "Really shut the remote supervisord process down y/N? "))) return;
    try {
      await session.call("supervisor.shutdown");
      session.say("Shut down");
    } catch (error) {
      if (error instanceof RpcFault && error.code === FAULTS.SHUTDOWN_STATE) {
        return session.say("ERROR: already shutting down");
      }
      const why = hasCode(error, "ECONNREFUSED")
        ? "refused connection"
        : hasCode(error, "ENOENT")
          ? "no such file"
          : null;
      if (why === null) throw error;
      refuse(session, `ERROR: ${session.serverurl} ${why} (already shut down?)`);
    }
  },
};

/** `reload`: the daemon stops everything, reads its files anew and starts again. */
export const reload: Action = {
  name: "reload",
  help: ["reload \t\tRestart the remote supervisord."],
  async run(session, args) {
    if (args !== "") return misuse(session, reload, "Error: reload accepts no arguments");
    if (!(await confirmed(session, "Really restart the remote supervisord process y/N? "))) return;
    try {
      await session.call("supervisor.restart");
      session.say("Restarted supervisord");
    } catch (error) {
      if (!(error instanceof RpcFault && error.code === FAULTS.SHUTDOWN_STATE)) throw error;
      refuse(session, "ERROR: already shutting down");
    }
  },
};

/** `version`: the daemon's. */
export const version: Action = {
  name: "version",
  help: ["version\t\t\tShow the version of the remote supervisord process"],
  async run(session, args) {
    if (args !== "") return misuse(session, version, "Error: version accepts no arguments");
    if (!(await isConnected(session))) return;
    session.say(await session.call("supervisor.getSupervisorVersion"));
  },
};

/** `open`: talks to another daemon from now on, and shows its status, which does not count. */
export const open: Action = {
  name: "open",
  help: [
    "open <url>\tConnect to a remote supervisord process.",
    "\t\t(for UNIX domain socket, use unix:///socket/path)",
  ],
  async run(session, args) {
    const url = args.trim();
    if (!/^(?:http|unix):/.test(url)) return refuse(session, "ERROR: url must be http:// or unix://");
    session.connect(url);
    const before = session.exitStatus;
    await status.run(session, "");
    session.fail(before);
  },
};

async function confirmed(session: Session, question: string): Promise<boolean> {
  if (!session.interactive) return true;
  const answer = await session.ask(question);
  return answer.kind === "line" && /^\s*y/i.test(answer.line);
}
