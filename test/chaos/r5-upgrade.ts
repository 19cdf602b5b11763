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
import { World } from "./world.ts";

/** A new version takes over as often as it likes; programs and clients do not notice. */
export const upgrades: ChaosTest = {
  id: "R5",
  title: "sup upgrade, again and again, under load, with clients calling all the time",
  criterion:
    "programs keep their pids; lines lost 0, doubled 0, garbled 0; deaths missed 0, told twice 0, wrong 0; calls refused 0; " +
    "no call waits longer than 1 s",
  async run({ seed, full }) {
    const rounds = full ? 20 : 5;
    const world = new World();
    try {
      const writers = names("writer", 8);
      const loopers = names("looper", 10);
      world.configure({
        ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 5000)])),
        ...Object.fromEntries(loopers.map((name, index) => [name, looper(world, name, seed + index)])),
      });
      await world.up();
      await untilRunning(world, writers);
      const before = await runningPids(world);
      const supervisors = new Set<number>();
      const over = new AbortController();
      let slowest = 0;
      let refused = 0;
      let cut = 0;
      let calls = 0;
      const calling = (async () => {
        while (!over.signal.aborted) {
          const asked = performance.now();
          await world.client.call("status", {}).catch((error: NodeJS.ErrnoException) => {
            // One that was being answered may be cut off; nobody may be turned away at the door.
            if (error.code === "ECONNREFUSED" || error.code === "ENOENT") refused++;
            else cut++;
          });
          slowest = Math.max(slowest, performance.now() - asked);
          calls++;
        }
      })();
      const failures: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const done = await world.project.sup("upgrade", "-c", world.config);
        if (done.exitCode !== 0) failures.push(`sup upgrade ended with ${done.exitCode}: ${done.stderr}`);
        supervisors.add((await world.status()).supervisorPid);
      }
      over.abort();
      await calling;
      const after = await runningPids(world);
      await world.down();
      const load: Load = { writers, loopers, killed: new Map() };
      const { lines, deaths } = await auditLoad(world, load);
      const broken = [...failures, ...brokenPromises(lines, deaths)];
      for (const name of writers) if (before.get(name) !== after.get(name)) broken.push(`${name} was restarted`);
      if (supervisors.size !== rounds) broken.push(`${supervisors.size} supervisors in ${rounds} upgrades`);
      if (refused > 0) broken.push(`${refused} calls were refused`);
      return {
        figures: {
          upgrades: rounds,
          calls,
          refused,
          cut,
          slowestCallMs: Math.round(slowest),
          ...accountFigures(lines, deaths),
        },
        broken,
        late: slowest > 1000 ? [`a call took ${Math.round(slowest)} ms`] : [],
      };
    } finally {
      await world.close();
    }
  },
};
