import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { kill, World } from "./world.ts";

/** People delete, move and replace what they find in a log folder. */
export const vanishingLogs: ChaosTest = {
  id: "L7",
  title: "a log is deleted, its folder removed, another file or a folder put in its place, while a program writes",
  criterion: "the program goes on; after SIGUSR2 its output is in a file of that name again",
  async run() {
    const world = new World();
    try {
      const folder = join(world.logs, "d");
      mkdirSync(folder);
      const log = join(folder, "ticker.log");
      world.configure({
        ticker: {
          command: "sh -c 'while :; do echo tick; sleep 0.02; done'",
          startsecs: 0,
          stdoutLogfile: log,
          stdoutLogfileMaxbytes: 0,
        },
      });
      await world.up();
      const { pid: keeper, processes } = await world.untilStatus(
        (one) => one.processes[0]?.state === "RUNNING",
        "it to run",
      );
      const deeds: Readonly<Record<string, () => void>> = {
        deleted: () => rmSync(log),
        moved: () => renameSync(log, `${log}.1`),
        "folder removed": () => rmSync(folder, { recursive: true }),
        "folder in its place": () => {
          rmSync(log, { force: true });
          mkdirSync(log, { recursive: true });
        },
        "folder gone again": () => rmSync(log, { recursive: true, force: true }),
      };
      const broken: string[] = [];
      let recreated = 0;
      for (const [deed, act] of Object.entries(deeds)) {
        act();
        kill(keeper, "SIGUSR2");
        if (deed.endsWith("in its place")) continue;
        mkdirSync(folder, { recursive: true });
        kill(keeper, "SIGUSR2");
        await world
          .until(
            () => existsSync(log) && statSync(log).isFile() && readFileSync(log, "utf8").includes("tick"),
            deed,
            30,
          )
          .then(() => recreated++)
          .catch(() => broken.push(`${deed}: there is no log again`));
      }
      const after = await world.status();
      if (after.processes[0]?.pid !== processes[0]?.pid) broken.push("the program was restarted");
      return {
        figures: { deeds: Object.keys(deeds).length, recreated, dropped: after.processes[0]?.dropped ?? 0 },
        broken,
      };
    } finally {
      await world.close();
    }
  },
};
