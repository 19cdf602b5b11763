import type { ChaosTest } from "./chaos-test.ts";
import { cpuOf, daemonPids, pause, percentile, sum } from "./world.ts";

export const bigBoot: ChaosTest = {
  id: "C8",
  title: "boot, idle and shutdown of many programs",
  criterion:
    "300 programs: API <= 0.8 s, all spawned <= 3 s, RUNNING <= 4 s, shutdown <= 2 s; status p50 <= 10 ms; idle CPU <= 0.2 %",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const count = full ? 300 : 100;
    const world = makeWorld();
    try {
      const idle = {
        command: "sleep 100000",
        numprocs: count,
        processName: "idle_%(process_num)d",
        stdoutLogfile: "NONE",
      };
      world.configure({ idle });
      const began = performance.now();
      const since = (): number => Math.round(performance.now() - began);
      await world.up();
      const api = since();
      await world.untilStatus((status) => status.processes.every((one) => one.pid !== 0), "all spawned");
      const spawned = since();
      await world.untilStatus((status) => status.processes.every((one) => one.state === "RUNNING"), "all running");
      const running = since();
      const calls: number[] = [];
      for (let call = 0; call < 50; call++) {
        const asked = performance.now();
        await world.client.call("status", {});
        calls.push(performance.now() - asked);
      }
      const pids = daemonPids(await world.status());
      // Both processes collect the garbage of a busy time two seconds after it: that is no idling yet.
      await pause(4000);
      const used = (): number => sum(pids.map(cpuOf));
      const before = used();
      await pause(5000);
      const idleCpu = Math.round(((used() - before) / 5) * 10_000) / 100;
      const ending = performance.now();
      await world.down();
      const shutdown = Math.round(performance.now() - ending);
      const p50 = percentile(calls, 0.5);
      const limits: readonly (readonly [string, number, number])[] = [
        ["API ms", api, 800],
        ["spawned ms", spawned, 3000],
        ["RUNNING ms", running, 4000],
        ["shutdown ms", shutdown, 2000],
        ["status p50 ms", p50, 10],
        ["idle CPU %", idleCpu, 0.2],
      ];
      const left = world.strays().length;
      return {
        figures: {
          programs: count,
          apiMs: api,
          spawnedMs: spawned,
          runningMs: running,
          shutdownMs: shutdown,
          statusP50ms: p50,
          idleCpuPercent: idleCpu,
        },
        broken: left > 0 ? [`${left} processes left after the shutdown`] : [],
        late: limits.filter(([, value, limit]) => value > limit).map(([what, value]) => `${what}: ${value}`),
      };
    } finally {
      await world.close();
    }
  },
};
