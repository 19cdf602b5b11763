import { randomInt } from "node:crypto";
import type { ChaosTest } from "./chaos-test.ts";
import { HOSTILE, TS } from "./broken-config-list.ts";
import { EditedDaemon } from "./edited-daemon.ts";
import { allPids, commandOf, kill, pause, percentile, residentOf } from "./world.ts";

/** A config is code: whatever it does, it does it to nobody but its evaluator. */
export const hostileConfigs: ChaosTest = {
  id: "C4",
  title: "configs that throw, loop, allocate, wait, exit, print, write, spawn and fork",
  criterion:
    "the error within 10 s, with file, line and column; the daemon answers meanwhile, does not grow, and keeps its model; " +
    "no program touched",
  async run({ full }) {
    const daemon = new EditedDaemon(TS);
    const mark = String(randomInt(10_000_000, 99_999_999));
    const strays = (): number[] => allPids().filter((pid) => commandOf(pid) === `sleep ${mark} `);
    try {
      await daemon.up();
      const { world } = daemon;
      const { supervisorPid } = await world.status();
      const before = residentOf(supervisorPid);
      const watch = { over: false };
      const calls: number[] = [];
      const operator = (async () => {
        while (!watch.over) {
          const asked = performance.now();
          await world.client.call("status", {});
          calls.push(performance.now() - asked);
          await pause(20);
        }
      })();
      const broken: string[] = [];
      const times: number[] = [];
      // The longest takes ten seconds: one of them will do.
      for (const config of HOSTILE.filter(({ long, kind }) => full || long !== true || kind.startsWith("forks"))) {
        const began = performance.now();
        const text = String(config.text).replaceAll("7654321", mark);
        broken.push(...(await daemon.tryOut({ ...config, text }, "update")));
        times.push(performance.now() - began);
        broken.push(...(await daemon.damage()));
      }
      watch.over = true;
      await operator;
      const growth = Math.round(residentOf(supervisorPid) - before);
      broken.push(...(await daemon.mend()));
      const longest = Math.max(...times);
      const p99 = percentile(calls, 0.99);
      if (longest > 30_000) broken.push(`an error after ${Math.round(longest / 1000)} s`);
      if (growth > 64) broken.push(`the supervisor grew by ${growth} MiB`);
      return {
        figures: {
          configs: times.length,
          longestSeconds: Math.round(longest / 100) / 10,
          answers: calls.length,
          callP99ms: p99,
          growthMiB: growth,
          daemonsForked: strays().length,
        },
        broken,
        late: longest > 11_000 ? [`an error after ${Math.round(longest / 100) / 10} s`] : [],
      };
    } finally {
      for (const pid of strays()) kill(pid, "SIGKILL");
      await daemon.world.close();
    }
  },
};
