import { statSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { names } from "./load.ts";

/** What a program says last is on disk before its end is told. */
export const lastWords: ChaosTest = {
  id: "R7",
  title: "64 KiB + 64 KiB + one line, written right before the exit",
  criterion: "all bytes of every run are in the log when its EXITED is told",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const runs = full ? 1000 : 100;
    const world = makeWorld();
    try {
      const group = names("word", 10);
      const command = `perl ${programs}/last-words.pl`;
      const once = { command, startsecs: 0, autostart: false, autorestart: false };
      world.configure(Object.fromEntries(group.map((name) => [name, once])));
      await world.up();
      let complete = 0;
      const broken: string[] = [];
      for (let round = 0; round < runs / group.length; round++) {
        await world.client.call("start", { wait: false });
        const { processes } = await world.untilStatus(
          (status) => status.processes.every((one) => one.state === "EXITED" && one.lastExit !== ""),
          "all to have exited",
        );
        for (const { name, lastExit } of processes) {
          const file = join(world.logs, `${name}.log`);
          const last = readLines(file).at(-2) ?? "";
          const whole = /^last \d+$/.test(last) && readLines(file).length === 3 * (round + 1) + 1;
          const bytes = statSync(file).size;
          if (whole && bytes > (round + 1) * 131072 && lastExit === "exit status 42") complete++;
          else broken.push(`${name}: ${bytes} bytes after ${round + 1} runs, ${lastExit}`);
        }
      }
      return { figures: { runs, complete }, broken: broken.slice(0, 10) };
    } finally {
      await world.close();
    }
  },
};
