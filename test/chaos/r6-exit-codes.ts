import { constants } from "node:os";
import type { ChaosTest } from "./chaos-test.ts";
import { pause } from "./world.ts";

/** Signals that end a process. The others stop it, or nothing happens. */
const DEADLY = Object.entries(constants.signals).filter(
  ([name]) => !/^SIG(?:CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|WINCH|IO|IOT|UNUSED)$/.test(name),
);

/** Every way to end, told as what it was. */
export const exitCodes: ChaosTest = {
  id: "R6",
  title: "all 256 exit codes and every deadly signal, as the first thing a program does",
  criterion: "every one told exactly",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const rounds = full ? 10 : 2;
    const world = makeWorld();
    try {
      const once = { autostart: false, autorestart: false, startsecs: 0, stdoutLogfile: "NONE" };
      const number = "%(program_name)s_%(process_num)d";
      world.configure({
        code: { ...once, numprocs: 256, processName: number, command: "sh -c 'exit %(process_num)d'" },
        ...Object.fromEntries(DEADLY.map(([name, value]) => [name, { ...once, command: `sh -c 'kill -${value} $$'` }])),
      });
      await world.up();
      const wrong: string[] = [];
      let exact = 0;
      for (let round = 0; round < rounds; round++) {
        await world.client.call("start", { wait: false });
        const { processes } = await world.untilStatus(
          (status) => status.processes.every((one) => one.state === "EXITED" && one.lastExit !== ""),
          "all to have exited",
        );
        for (const one of processes) {
          const expected = one.program === "code" ? `exit status ${one.name.slice(5)}` : `terminated by ${one.program}`;
          if (one.lastExit.replace(" (core dumped)", "") === expected) exact++;
          else wrong.push(`${one.name}: ${one.lastExit}`);
        }
        await pause(0);
      }
      return {
        figures: { rounds, ways: 256 + DEADLY.length, exact, wrong: wrong.length },
        broken: wrong.slice(0, 10),
      };
    } finally {
      await world.close();
    }
  },
};
