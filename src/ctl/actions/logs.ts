import { readInteger } from "../../ini/python-text.ts";
import { pythonRepr } from "../../model/text/python-repr.ts";
import { FAULTS } from "../../protocol/faults.ts";
import { misuse, refuse, words, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { followLog } from "../follow-log.ts";
import { RpcFault } from "../rpc-client.ts";
import type { Session } from "../session.ts";

/** `tail`: the end of a process's log, or all that comes. */
export const tail: Action = {
  name: "tail",
  help: [
    "tail [-f] <name> [stdout|stderr] (default stdout)",
    "Ex:",
    "tail -f <name>\t\tContinuous tail of named process stdout",
    "\t\t\tCtrl-C to exit.",
    "tail -100 <name>\tlast 100 *bytes* of process stdout",
    "tail <name> stderr\tlast 1600 *bytes* of process stderr",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const given = words(args);
    if (given.length < 1) return misuse(session, tail, "Error: too few arguments");
    if (given.length > 3) return misuse(session, tail, "Error: too many arguments");
    const modifier = given[0]!.startsWith("-") ? given.shift()! : null;
    const name = given[0];
    if (name === undefined) return refuse(session, "Error: tail requires process name");
    const channel = given.length > 1 ? given.at(-1)!.toLowerCase() : "stdout";
    if (channel !== "stdout" && channel !== "stderr")
      return refuse(session, `Error: bad channel ${pythonRepr(channel)}`);
    if (modifier === "-f") return follow(session, `/logtail/${encodeURIComponent(name)}/${channel}`);
    const bytes = byteCount(modifier);
    if (bytes === null) return refuse(session, `Error: bad argument ${modifier}`);
    const method = channel === "stdout" ? "supervisor.readProcessStdoutLog" : "supervisor.readProcessStderrLog";
    await show(session, name, TAIL_FAULTS, () => session.call(method, name, -bytes, 0));
  },
};

/** `maintail`: the same for the daemon's own log. */
export const maintail: Action = {
  name: "maintail",
  help: [
    "maintail -f \tContinuous tail of supervisor main log file (Ctrl-C to exit)",
    "maintail -100\tlast 100 *bytes* of supervisord main log file",
    "maintail\tlast 1600 *bytes* of supervisor main log file",
    "",
  ],
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const given = words(args);
    if (given.length > 1) return misuse(session, maintail, "Error: too many arguments");
    const modifier = given[0] ?? null;
    if (modifier === "-f") return follow(session, "/mainlogtail");
    const bytes = modifier === null || modifier.startsWith("-") ? byteCount(modifier) : null;
    if (bytes === null) return refuse(session, `Error: bad argument ${modifier}`);
    await show(session, "supervisord", MAINTAIL_FAULTS, () => session.call("supervisor.readLog", -bytes, 0));
  },
};

const DEFAULT_BYTES = 1600;

/** `-100` is 100; `--5` is -5, which skips that many bytes instead. `null` if it is no number to Python. */
function byteCount(modifier: string | null): number | null {
  if (modifier === null) return DEFAULT_BYTES;
  return readInteger(modifier.slice(1), 10);
}

async function show(
  session: Session,
  name: string,
  faults: ReadonlyMap<number, string>,
  read: () => Promise<string>,
): Promise<void> {
  try {
    session.say(await read());
  } catch (error) {
    const words = error instanceof RpcFault ? faults.get(error.code) : undefined;
    if (words === undefined) throw error;
    refuse(session, `${name}: ERROR (${words})`);
  }
}

const MAINTAIL_FAULTS: ReadonlyMap<number, string> = new Map([
  [FAULTS.NO_FILE, "no log file"],
  [FAULTS.FAILED, "unknown error reading log"],
]);

const TAIL_FAULTS: ReadonlyMap<number, string> = new Map([
  ...MAINTAIL_FAULTS,
  [FAULTS.BAD_NAME, "no such process name"],
]);

/** Until Ctrl-C, or until the server closes. */
async function follow(session: Session, path: string): Promise<void> {
  session.say("==> Press Ctrl-C to exit <==");
  const following = followLog(session, path);
  const forget = session.io.onInterrupt(() => {
    session.say("");
    following.stop();
  });
  await following.ended;
  forget();
}
