import type { ChaosTest } from "./chaos-test.ts";
import { auditLoad, brokenPromises, looper, names, writer, type Load } from "./load.ts";
import { kill, pause, percentile } from "./world.ts";

/** Every death is seen, once, with its very code or signal; and is answered at once. */
export const deaths: ChaosTest = {
  id: "R1",
  title: "deaths by the dozen: SIGKILL from outside, exits and signals from inside",
  criterion:
    "deaths missed 0, told twice 0, wrong 0; two copies 0; from the kill to the next main(): p50 <= 15 ms, p99 <= 100 ms",
  comparable: true,
  async run({ random, seed, full, world: makeWorld }) {
    const world = makeWorld();
    try {
      const writers = names("writer", full ? 50 : 20);
      const loopers = names("looper", full ? 50 : 20);
      world.configure({
        ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 200_000)])),
        ...Object.fromEntries(loopers.map((name, index) => [name, looper(world, name, seed + index, 200, 2000)])),
      });
      await world.up();
      const load: Load = { writers, loopers, killed: new Map() };
      const killedAt = new Map<number, number>();
      const until = performance.now() + (full ? 60_000 : 12_000);
      for (let turn = 0; performance.now() < until; turn++) {
        const name = writers[turn % writers.length] ?? "";
        // A run of more than a second is followed at once; a shorter one waits until the second is over.
        const start =
          world
            .truthOf(name)
            .findLast((line) => line.startsWith("at "))
            ?.split(" ") ?? [];
        const pid = Number(start[1]);
        await pause(random.whole(20, 80));
        if (!(pid > 0) || load.killed.has(pid) || Date.now() - Number(start[2]) < 1050) continue;
        killedAt.set(pid, Date.now());
        if (kill(pid, "SIGKILL")) load.killed.set(pid, "terminated by SIGKILL");
      }
      await world.untilStatus((status) => status.processes.every((one) => one.state !== "STARTING"), "calm");
      await world.down();
      const latencies = writers.flatMap((name) => restartTimes(world.truthOf(name), killedAt));
      const account = await auditLoad(world, load);
      const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
      const { deaths } = account;
      return {
        figures: {
          externalKills: load.killed.size,
          deaths: deaths.deaths,
          missed: deaths.missed,
          toldTwice: deaths.doubled,
          wrong: deaths.wrong,
          copies: deaths.copies,
          lost: account.lines.lost,
          restartP50ms: p50,
          restartP99ms: p99,
        },
        broken: brokenPromises(account.lines, deaths),
        late: [...(p50 > 15 ? [`restart p50 ${p50} ms`] : []), ...(p99 > 100 ? [`restart p99 ${p99} ms`] : [])],
      };
    } finally {
      await world.close();
    }
  },
};

/** From each kill to the first words of the next life. */
function restartTimes(truth: readonly string[], killedAt: ReadonlyMap<number, number>): number[] {
  const lives = truth.filter((line) => line.startsWith("at ")).map((line) => line.split(" ").slice(1).map(Number));
  return lives.flatMap(([pid = 0], index) => {
    const [killed, next] = [killedAt.get(pid), lives[index + 1]?.[1]];
    return killed === undefined || next === undefined ? [] : [next - killed];
  });
}
