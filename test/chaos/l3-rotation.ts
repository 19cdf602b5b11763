import { readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { auditScattered } from "./line-ledger.ts";
import { writer } from "./load.ts";
import { isAlive, kill, pause } from "./world.ts";

const MAXBYTES = 100_000;

/** Whoever moves, rotates and reopens the files: all lines are in one of them, whole. */
export const rotation: ChaosTest = {
  id: "L3",
  title: "rotation under load, with kill -9 of the supervisor, renames from outside and SIGUSR2",
  criterion: "all files together hold every line once, none split; no file larger than maxbytes + one line",
  comparable: true,
  async run({ random, full, world: makeWorld }) {
    const storms = full ? 200 : 40;
    const world = makeWorld();
    try {
      const spec = writer(world, "writer", 200, 100);
      world.configure({ writer: { ...spec, stdoutLogfileMaxbytes: MAXBYTES, stdoutLogfileBackups: 5000 } });
      await world.up();
      const { pid: keeper } = await world.status();
      const log = join(world.logs, "writer.log");
      await world.until(() => statSync(log, { throwIfNoEntry: false }) !== undefined, "the log");
      let renames = 0;
      let kills = 0;
      for (let storm = 0; storm < storms; storm++) {
        await pause(random.whole(5, 60));
        const what = random.whole(0, 3);
        if (what === 0 && world.survivesKills) {
          const victim = world.supervisorPid(keeper);
          if (victim !== null && isAlive(victim)) kills += kill(victim, "SIGKILL") ? 1 : 0;
        } else {
          // As logrotate does it.
          if (what > 1) {
            try {
              renameSync(log, join(world.logs, `writer.moved.${storm}`));
              renames++;
            } catch {
              // The keeper is rotating it at this moment.
            }
          }
          kill(keeper, "SIGUSR2");
        }
      }
      await world.status();
      await pause(1500);
      await world.down();
      const files = readdirSync(world.logs).map((name) => join(world.logs, name));
      const account = await auditScattered("writer", files, world.truth);
      const largest = Math.max(...files.map((file) => statSync(file).size));
      const broken: string[] = [];
      for (const what of ["lost", "doubled", "garbled"] as const)
        if (account[what] > 0) broken.push(`${account[what]} lines ${what}`);
      if (largest > MAXBYTES + 100) broken.push(`a file of ${largest} bytes`);
      const { lines, lost, doubled, garbled } = account;
      return {
        figures: { storms, kills, renames, files: files.length, lines, lost, doubled, garbled, largest },
        broken,
      };
    } finally {
      await world.close();
    }
  },
};
