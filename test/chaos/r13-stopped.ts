import type { ChaosTest } from "./chaos-test.ts";
import {
  accountFigures,
  auditLoad,
  brokenPromises,
  looper,
  names,
  runningPids,
  untilRunning,
  writer,
  type Load,
} from "./load.ts";
import { kill, pause, World } from "./world.ts";

/** A frozen supervisor or keeper is late, not wrong. */
export const stopped: ChaosTest = {
  id: "R13",
  title: "SIGSTOP and SIGCONT of the supervisor, then of the keeper",
  criterion: "nothing restarted that lived; lines lost 0, doubled 0; deaths missed 0, told twice 0, wrong 0",
  async run({ seed, full }) {
    const seconds = full ? 10 : 3;
    const world = new World();
    try {
      const writers = names("writer", 5);
      const loopers = names("looper", 10);
      world.configure({
        ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 2000)])),
        ...Object.fromEntries(loopers.map((name, index) => [name, looper(world, name, seed + index)])),
      });
      await world.up();
      const load: Load = { writers, loopers, killed: new Map() };
      const { pid, supervisorPid } = await world.status();
      await untilRunning(world, writers);
      const before = await runningPids(world);
      for (const victim of [supervisorPid, pid]) {
        kill(victim, "SIGSTOP");
        await pause(seconds * 1000);
        kill(victim, "SIGCONT");
        await world.status();
        await pause(1500);
      }
      const after = await runningPids(world);
      const again = await world.status();
      await world.down();
      const { lines, deaths } = await auditLoad(world, load);
      const broken = brokenPromises(lines, deaths);
      for (const name of writers) if (before.get(name) !== after.get(name)) broken.push(`${name} was restarted`);
      if (again.supervisorPid !== supervisorPid) broken.push("the supervisor was replaced");
      return {
        figures: {
          seconds,
          ...accountFigures(lines, deaths),
        },
        broken,
      };
    } finally {
      await world.close();
    }
  },
};
