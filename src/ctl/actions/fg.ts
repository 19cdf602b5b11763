import { PROCESS_STATES } from "../../model/states.ts";
import { FAULTS } from "../../protocol/faults.ts";
import { misuse, refuse, words, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { faultText } from "../error-line.ts";
import { followLog } from "../follow-log.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** `fg`: shows both logs of a process and sends it what is typed, line by line, until Ctrl-C or the end of input. */
export const fg: Action = {
  name: "fg",
  help: ["fg <process>\tConnect to a process in foreground mode", "\t\tCtrl-C to exit"],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const [name, ...others] = words(args);
    if (name === undefined) return misuse(session, fg, "ERROR: no process name supplied");
    if (others.length > 0) return refuse(session, "ERROR: too many process names supplied");
    if (!(await isRunning(session, name))) return;
    session.say("==> Press Ctrl-C to exit <==");
    const path = `/logtail/${encodeURIComponent(name)}`;
    const followed = [followLog(session, `${path}/stdout`), followLog(session, `${path}/stderr`)];
    // While nothing is being read the terminal is in its ordinary mode and Ctrl-C arrives as a signal.
    const forget = session.io.onInterrupt(() => session.reader.interrupt());
    try {
      await forwardLines(session, name);
    } finally {
      forget();
      for (const log of followed) log.stop();
      await Promise.all(followed.map((log) => log.ended));
    }
    session.say("Exiting foreground");
  },
};

async function isRunning(session: Session, name: string): Promise<boolean> {
  try {
    const info = await session.call("supervisor.getProcessInfo", name);
    if (info.state === PROCESS_STATES.RUNNING) return true;
    refuse(session, "ERROR: process not running");
  } catch (error) {
    if (!(error instanceof RpcFault)) throw error;
    // Only a bad name counts as failure; that is how it always was.
    if (error.code === FAULTS.BAD_NAME) refuse(session, "ERROR: bad process name supplied");
    else session.say(`ERROR: ${faultText(error)}`);
  }
  return false;
}

/** A death is noticed after the next line, since nothing but the answer to it tells. */
async function forwardLines(session: Session, name: string): Promise<void> {
  for (;;) {
    const answer = await session.ask("");
    if (answer.kind !== "line") return;
    try {
      await session.call("supervisor.sendProcessStdin", name, `${answer.line}\n`);
      const info = await session.call("supervisor.getProcessInfo", name);
      if (info.state === PROCESS_STATES.RUNNING) continue;
      return session.say("Process got killed");
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      const killed = error.code === FAULTS.NOT_RUNNING;
      return session.say(killed ? "Process got killed" : `ERROR: ${faultText(error)}`);
    }
  }
}
