import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { cpuOf, pause, percentile, World } from "./world.ts";

/** Programs that end at once and are always wanted again must not take the machine, nor the daemon, away. */
export const crashLoop: ChaosTest = {
  id: "R15",
  title: "100 programs that end at once, for ever",
  criterion:
    "daemon CPU <= 25 % of a core; an API call p99 <= 50 ms; at most one start a second each; <= 4 log lines a start",
  async run({ full }) {
    const seconds = full ? 30 : 8;
    const count = 100;
    const world = new World();
    try {
      world.configure({
        loop: {
          command: "/bin/true",
          numprocs: count,
          processName: "%(program_name)s_%(process_num)d",
          startsecs: 0,
          autorestart: true,
          stdoutLogfile: "NONE",
        },
      });
      await world.up();
      await pause(2000);
      const { pid, supervisorPid } = await world.status();
      const cpu = (): readonly [number, number] => [cpuOf(pid), cpuOf(supervisorPid)];
      const [before, began, lines] = [cpu(), performance.now(), readLines(world.mainLog).length];
      const calls: number[] = [];
      while (performance.now() - began < seconds * 1000) {
        const asked = performance.now();
        await world.client.call("status", {});
        calls.push(performance.now() - asked);
        await pause(100);
      }
      const [after, took] = [cpu(), (performance.now() - began) / 1000];
      const written = readLines(world.mainLog).slice(lines - 1);
      const starts = written.filter((line) => line.includes(" spawned: ")).length;
      const percent = (index: 0 | 1): number => Math.round(((after[index] - before[index]) / took) * 100);
      const [keeper, supervisor] = [percent(0), percent(1)];
      const rate = Math.round(starts / took);
      const p99 = percentile(calls, 0.99);
      return {
        figures: {
          seconds,
          startsPerSecond: rate,
          keeperCpu: keeper,
          supervisorCpu: supervisor,
          callP50ms: percentile(calls, 0.5),
          callP99ms: p99,
          logLinesPerStart: Math.round((written.length / Math.max(1, starts)) * 10) / 10,
        },
        broken: [
          ...(starts > count * (took + 1) ? [`${starts} starts in ${took} s`] : []),
          ...(written.length > starts * 4 + count * 4 ? [`${written.length} log lines for ${starts} starts`] : []),
        ],
        late: [
          ...(keeper + supervisor > 25 ? [`CPU ${keeper + supervisor} %`] : []),
          ...(p99 > 50 ? [`call p99 ${p99} ms`] : []),
        ],
      };
    } finally {
      await world.close();
    }
  },
};
