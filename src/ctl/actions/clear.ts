import { FAULTS } from "../../protocol/faults.ts";
import { namespec } from "../../model/model.ts";
import { parseNamespec } from "../../protocol/namespec.ts";
import type { ProcessStatus } from "../../protocol/process-info.ts";
import { misuse, words, type Action } from "../action.ts";
import { isConnected } from "../connection-check.ts";
import { report, resultOf, type Wording } from "./outcome.ts";

/** `clear`: empties log files. Groups are cleared member by member (Supervisor knows no groups here). */
export const clear: Action = {
  name: "clear",
  help: [
    "clear <name>\t\tClear a process' log files.",
    "clear <name> <name>\tClear multiple process' log files",
    "clear all\t\tClear all process' log files",
  ],
  completes: "processes",
  async run(session, args) {
    if (!(await isConnected(session))) return;
    const names = words(args);
    if (names.length === 0) return misuse(session, clear, "Error: clear requires a process name");
    const clearOne = async (group: string, name: string): Promise<ProcessStatus> =>
      resultOf(group, name, () => session.call("supervisor.clearProcessLogs", namespec({ group, name })));
    if (names.includes("all")) {
      for (const result of await session.call("supervisor.clearAllProcessLogs")) report(session, CLEARED, result);
      return;
    }
    for (const name of names) {
      const { group, process } = parseNamespec(name);
      if (process !== null) {
        report(session, CLEARED, await clearOne(group, process));
        continue;
      }
      const members = (await session.call("supervisor.getAllProcessInfo")).filter((info) => info.group === group);
      for (const member of members) report(session, CLEARED, await clearOne(group, member.name));
      if (members.length === 0) {
        session.say(`${group}: ERROR (no such group)`);
        session.fail(CLEARED.unknownGroup);
      }
    }
  },
};

const CLEARED: Wording = {
  done: "cleared",
  faults: new Map([
    [FAULTS.BAD_NAME, "no such process"],
    [FAULTS.FAILED, "failed"],
  ]),
  ignored: null,
  unknownGroup: 1,
};
