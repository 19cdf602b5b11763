import type { ChaosTest } from "./chaos-test.ts";
import { accountFigures, auditLoad, brokenPromises, looper, names, runningPids, writer, type Load } from "./load.ts";
import { kill, pause, percentile, residentOf, untilDead, World } from "./world.ts";

/** The heart of the suite: the supervisor may die between any two instructions, and nobody notices. */
export const killSupervisor: ChaosTest = {
  id: "R2",
  title: "kill -9 of the supervisor, again and again, under load",
  criterion:
    "programs killed by it 0; lines lost 0, doubled 0, garbled 0; deaths missed 0, told twice 0, wrong 0; two copies 0; " +
    "every client gets its answer again; supervisor back p50 <= 800 ms",
  async run({ random, seed, full }) {
    const kills = full ? 50 : 20;
    const world = new World();
    try {
      const writers = names("writer", full ? 20 : 10);
      const loopers = names("looper", full ? 30 : 15);
      world.configure({
        ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 10_000)])),
        flood: writer(world, "flood", 0, 40),
        unwanted: writer(world, "unwanted", 1_000_000),
        ...Object.fromEntries(loopers.map((name, index) => [name, looper(world, name, seed + index)])),
      });
      // Nobody asks for the last one, now or later.
      await world.up(...writers, ...loopers, "flood");
      const { pid: keeper } = await world.status();
      const load: Load = { writers: [...writers, "flood"], loopers, killed: new Map() };
      const follower = world.project.spawn(["logs", "writer0", "-f", "-n", "1", "-c", world.config], {
        timeout: 300_000,
      });
      let followed = 0;
      follower.stdout.on("data", (chunk: Buffer) => (followed += chunk.length));
      follower.stdout.resume();
      const back: number[] = [];
      let done = 0;
      const survivors = (await runningPids(world)).get("flood") ?? 0;
      const murders = murderWriters(
        world,
        writers,
        load.killed,
        () => done >= kills,
        () => random.whole(50, 150),
      );
      for (; done < kills; done++) {
        const victim = await world.until(() => world.supervisorPid(keeper), "a supervisor");
        // Most die in full work, every third while it still boots.
        if (done % 3 !== 0) await world.status();
        await pause(random.whole(0, full ? 1200 : 700));
        kill(victim, "SIGKILL");
        await untilDead(victim);
        const began = performance.now();
        if (done % 3 !== 2) continue; // the next one is shot at while it boots
        await world.status();
        back.push(performance.now() - began);
      }
      await murders;
      const before = followed;
      const reconnected = await world
        .until(() => followed > before, "the follower to go on")
        .then(() => true)
        .catch(() => false);
      follower.kill("SIGINT");
      const after = await world.status();
      const flood = after.processes.find((one) => one.name === "flood")?.pid ?? 0;
      const memory = residentOf(keeper);
      await world.down();
      const { lines, deaths } = await auditLoad(world, load);
      const broken = brokenPromises(lines, deaths);
      if (!reconnected) broken.push("`sup logs -f` did not go on");
      if (flood !== survivors) broken.push("a program that nobody killed has another pid");
      if (world.truthOf("unwanted").length > 0) broken.push("a program was started that nobody asked for");
      const ready = percentile(back, 0.5);
      return {
        figures: {
          kills,
          restarts: after.supervisorRestarts,
          externalKills: load.killed.size,
          ...accountFigures(lines, deaths),
          backP50ms: ready,
          keeperMiB: memory,
        },
        broken,
        late: ready > 800 ? [`supervisor back after ${ready} ms`] : [],
      };
    } finally {
      await world.close();
    }
  },
};

/** Ten external SIGKILLs a second, of writers only: they never end by themselves, so whose doing it was is certain. */
async function murderWriters(
  world: World,
  writers: readonly string[],
  killed: Map<number, string>,
  over: () => boolean,
  next: () => number,
): Promise<void> {
  for (let turn = 0; !over(); turn++) {
    await pause(next());
    const name = writers[turn % writers.length] ?? "";
    const pid = Number(
      world
        .truthOf(name)
        .findLast((line) => line.startsWith("start "))
        ?.slice(6) ?? 0,
    );
    if (pid === 0 || killed.has(pid)) continue;
    if (kill(pid, "SIGKILL")) killed.set(pid, "terminated by SIGKILL");
  }
}
