import type { ChaosContext, ChaosResult, ChaosTest } from "./chaos-test.ts";
import { auditLoad, brokenPromises, looper, names, runningPids, writer, type Load } from "./load.ts";
import { kill, pause, percentile, untilDead, World } from "./world.ts";

/** Whoever comes back after the keeper's death takes everything over. */
export const killKeeper: ChaosTest = {
  id: "R3",
  title: "kill -9 of the keeper, then `sup up`",
  criterion:
    "programs survive, none runs twice, no SIGPIPE; at most 64 KiB lost per stream and kill, 0 doubled; deaths meanwhile " +
    "told once, as unknown, never as 0",
  run: (context) => killAndReturn(context, false),
};

/** The same with both processes dead at once, as an out-of-memory killer in a bad mood leaves it. */
export const killBoth: ChaosTest = {
  id: "R4",
  title: "kill -9 of keeper and supervisor at once, then `sup up`",
  criterion: "as R3; a daemon of 300 programs has adopted them within 1 s of its start",
  run: (context) => killAndReturn(context, true),
};

async function killAndReturn({ random, seed, full }: ChaosContext, both: boolean): Promise<ChaosResult> {
  const kills = full ? (both ? 10 : 20) : 5;
  const world = new World();
  try {
    const writers = names("writer", 5);
    const loopers = names("looper", 10);
    const idle = names("idle", both && full ? 285 : 0);
    world.configure({
      ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 2000)])),
      flood: writer(world, "flood", 0, 40),
      ...Object.fromEntries(loopers.map((name, index) => [name, looper(world, name, seed + index)])),
      ...Object.fromEntries(idle.map((name) => [name, { command: "sleep 100000", startsecs: 0 }])),
    });
    await world.up();
    const lasting = new Set([...writers, "flood", ...idle]);
    await world.untilStatus(
      (status) => status.processes.every((one) => !lasting.has(one.name) || one.state === "RUNNING"),
      "all programs",
    );
    const load: Load = { writers: [...writers, "flood"], loopers, killed: new Map() };
    const before = await lastingPids(world, lasting);
    const back: number[] = [];
    const broken: string[] = [];
    for (let done = 0; done < kills; done++) {
      await pause(random.whole(200, 1200));
      const { pid: keeper, supervisorPid } = await world.status();
      kill(keeper, "SIGKILL");
      if (both) kill(supervisorPid, "SIGKILL");
      await untilDead(keeper);
      await untilDead(supervisorPid);
      // Programs die and write on while nobody is there.
      await pause(random.whole(0, 600));
      const began = performance.now();
      await world.up();
      const status = await world.status();
      back.push(performance.now() - began);
      if (status.pid === keeper) broken.push("the keeper that was killed still answers");
      const after = await lastingPids(world, lasting);
      for (const [name, pid] of before) {
        if (after.get(name) !== pid) broken.push(`${name} was ${pid}, is ${after.get(name) ?? "not running"}`);
      }
    }
    await pause(1500);
    await world.down();
    const { lines, deaths } = await auditLoad(world, load);
    const sigpipes = load.writers.flatMap((name) => world.truthOf(name)).filter((line) => /^sigpipe|^error/.test(line));
    const allowed = 64 * 1024;
    broken.push(...sigpipes);
    // Lines are lost whole or in part: a gap that cuts two lines garbles what remains of them.
    const strict = { ...lines, lost: lines.widestGap > allowed ? lines.lost : 0, garbled: 0 };
    broken.push(...brokenPromises(strict, deaths));
    if (lines.garbled > kills * load.writers.length) broken.push(`${lines.garbled} lines garbled`);
    const p50 = percentile(back, 0.5);
    return {
      figures: {
        kills,
        programs: before.size + loopers.length,
        lines: lines.lines,
        lost: lines.lost,
        gaps: lines.gaps,
        widestGapBytes: lines.widestGap,
        doubled: lines.doubled,
        garbled: lines.garbled,
        deaths: deaths.deaths,
        missed: deaths.missed,
        toldTwice: deaths.doubled,
        toldUnknown: deaths.unknown,
        wrong: deaths.wrong,
        copies: deaths.copies,
        upP50ms: p50,
      },
      broken,
      late: both && p50 > 1000 ? [`sup up took ${p50} ms`] : [],
    };
  } finally {
    await world.close();
  }
}

async function lastingPids(world: World, names: ReadonlySet<string>): Promise<Map<string, number>> {
  return new Map([...(await runningPids(world))].filter(([name]) => names.has(name)));
}
