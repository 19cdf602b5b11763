import type { ChaosTest } from "./chaos-test.ts";
import { auditLoad, brokenPromises, names, untilRunning, writer } from "./load.ts";
import { cpuOf, daemonPids, pause, sum } from "./world.ts";

export const manyWriters: ChaosTest = {
  id: "L2",
  title: "many programs of 100 lines a second each",
  criterion: "lines lost 0, doubled 0; with 300 programs keeper + supervisor <= 60 % of a core",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const [count, seconds] = full ? [300, 30] : [60, 6];
    const world = makeWorld();
    try {
      const writers = names("writer", count);
      world.configure(Object.fromEntries(writers.map((name) => [name, writer(world, name, 10_000)])));
      await world.up();
      await untilRunning(world, writers);
      const pids = daemonPids(await world.status());
      const used = (): number => sum(pids.map(cpuOf));
      const [before, began] = [used(), performance.now()];
      await pause(seconds * 1000);
      const cpu = Math.round(((used() - before) / ((performance.now() - began) / 1000)) * 100);
      await world.down();
      const { lines, deaths } = await auditLoad(world, { writers, loopers: [], killed: new Map() });
      return {
        figures: {
          programs: count,
          seconds,
          lines: lines.lines,
          lost: lines.lost,
          doubled: lines.doubled,
          cpuPercent: cpu,
        },
        broken: brokenPromises(lines, deaths),
        late: cpu > 60 ? [`CPU ${cpu} %`] : [],
      };
    } finally {
      await world.close();
    }
  },
};
