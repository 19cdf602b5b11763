import { FAULTS } from "../../protocol/faults.ts";
import { misuse, words, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { forEachName, type Wording } from "./outcome.ts";

/** `start`: the first outcome of each start is awaited and shown. */
export const start: Action = {
  name: "start",
  help: [
    "start <name>\t\tStart a process",
    "start <gname>:*\t\tStart all processes in a group",
    "start <name> <name>\tStart multiple processes or groups",
    "start all\t\tStart all processes",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const names = words(args);
    if (names.length === 0) {
      misuse(session, start, "Error: start requires a process name");
      session.fail(2);
      return;
    }
    await forEachName(session, names, STARTED, {
      all: () => session.call("supervisor.startAllProcesses"),
      group: (name) => session.call("supervisor.startProcessGroup", name),
      process: (name) => session.call("supervisor.startProcess", name),
    });
  },
};

/** `stop`: returns once everything named has ended. */
export const stop: Action = {
  name: "stop",
  help: [
    "stop <name>\t\tStop a process",
    "stop <gname>:*\t\tStop all processes in a group",
    "stop <name> <name>\tStop multiple processes or groups",
    "stop all\t\tStop all processes",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const names = words(args);
    if (names.length === 0) return misuse(session, stop, "Error: stop requires a process name");
    await forEachName(session, names, STOPPED, {
      all: () => session.call("supervisor.stopAllProcesses"),
      group: (name) => session.call("supervisor.stopProcessGroup", name),
      process: (name) => session.call("supervisor.stopProcess", name),
    });
  },
};

/** `restart`: exactly `stop`, then `start`. */
export const restart: Action = {
  name: "restart",
  help: [
    "restart <name>\t\tRestart a process",
    "restart <gname>:*\tRestart all processes in a group",
    "restart <name> <name>\tRestart multiple processes or groups",
    "restart all\t\tRestart all processes",
    "Note: restart does not reread config files. For that, see reread and update.",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    if (words(args).length === 0) return misuse(session, restart, "Error: restart requires a process name");
    await stop.run(session, args);
    await start.run(session, args);
  },
};

/** `signal`: delivers a signal and waits for nothing. */
export const signal: Action = {
  name: "signal",
  help: [
    "signal <signal name> <name>\t\tSignal a process",
    "signal <signal name> <gname>:*\t\tSignal all processes in a group",
    "signal <signal name> <name> <name>\tSignal multiple processes or groups",
    "signal <signal name> all\t\tSignal all processes",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const [name, ...targets] = words(args);
    if (name === undefined || targets.length === 0) {
      return misuse(session, signal, "Error: signal requires a signal name and a process name");
    }
    await forEachName(session, targets, SIGNALLED, {
      all: () => session.call("supervisor.signalAllProcesses", name),
      group: (group) => session.call("supervisor.signalProcessGroup", group, name),
      process: (process) => session.call("supervisor.signalProcess", process, name),
    });
  },
};

const STARTED: Wording = {
  done: "started",
  faults: new Map([
    [FAULTS.BAD_NAME, "no such process"],
    [FAULTS.NO_FILE, "no such file"],
    [FAULTS.NOT_EXECUTABLE, "file is not executable"],
    [FAULTS.ALREADY_STARTED, "already started"],
    [FAULTS.SPAWN_ERROR, "spawn error"],
    [FAULTS.ABNORMAL_TERMINATION, "abnormal termination"],
  ]),
  ignored: FAULTS.ALREADY_STARTED,
  unknownGroup: 2,
};

const STOPPED: Wording = {
  done: "stopped",
  faults: new Map([
    [FAULTS.BAD_NAME, "no such process"],
    [FAULTS.NOT_RUNNING, "not running"],
    [FAULTS.FAILED, null],
  ]),
  ignored: FAULTS.NOT_RUNNING,
  unknownGroup: 1,
};

const SIGNALLED: Wording = {
  done: "signalled",
  faults: new Map([
    [FAULTS.BAD_NAME, "no such process"],
    [FAULTS.BAD_SIGNAL, "bad signal name"],
    [FAULTS.NOT_RUNNING, "not running"],
    [FAULTS.FAILED, null],
  ]),
  ignored: null,
  unknownGroup: 1,
};
