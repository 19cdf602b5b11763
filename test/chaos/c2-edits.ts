import { ApiClient } from "../../src/client/api-client.ts";
import type { PlanReport, StatusReport } from "../../src/protocol/api.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { edit, expectedNames, firstConfig, spoil, type EditedConfig } from "./config-edits.ts";
import { Random } from "./random.ts";
import { pause, percentile, World } from "./world.ts";

/** A file is edited again and again while its programs run. */
export const edits: ChaosTest = {
  id: "C2",
  title: "random edits, valid, invalid and cut short: noticed by the watcher, by update, and in a burst",
  criterion:
    "what runs is always that of the last valid config; programs that an edit does not concern restarted 0 times; " +
    "p95 from the edit to its application <= 400 ms",
  async run({ seed, full }) {
    const json = (text: string): string => text;
    const ts = (text: string): string => `import { defineConfig } from "sup";\nexport default defineConfig(${text});\n`;
    const [watched, typed, updated, burst] = full ? [1000, 100, 1000, 1000] : [40, 6, 80, 60];
    const random = (part: number): Random => new Random(seed + part);
    // Only the first is timed, so the others may be in one another's way.
    const parts = [
      await series("supervisor.config.json", watched, "watch", json, random(1)),
      ...(await Promise.all([
        series("supervisor.config.ts", typed, "watch", ts, random(2)),
        series("supervisor.config.json", updated, "update", json, random(3)),
        atOnce(burst, random(4)),
      ])),
    ];
    const p95 = percentile(parts[0]?.times ?? [], 0.95);
    return {
      figures: {
        edits: watched + typed + updated + burst,
        invalid: parts.reduce((sum, part) => sum + part.invalid, 0),
        p50ms: percentile(parts[0]?.times ?? [], 0.5),
        p95ms: p95,
        reloadsOfBurst: parts[3]?.times.length ?? 0,
      },
      broken: parts.flatMap((part) => part.broken),
      late: p95 > 400 ? [`p95 ${p95} ms`] : [],
    };
  },
};

interface Part {
  invalid: number;
  /** Milliseconds from each valid save to its application. */
  readonly times: number[];
  readonly broken: string[];
}

/** One edit after the other, each looked at. */
async function series(
  file: string,
  count: number,
  noticed: "watch" | "update",
  wrap: (json: string) => string,
  random: Random,
): Promise<Part> {
  const part: Part = { invalid: 0, times: [], broken: [] };
  const world = new World(file);
  const plans = new Plans(world);
  try {
    let config = firstConfig();
    world.project.write(file, wrap(JSON.stringify(config, null, 2)));
    await begin(world, noticed === "watch");
    await plans.open();
    let before = await settled(world, config);
    for (let number = 0; number < count && part.broken.length < 3; number++) {
      const next = structuredClone(config);
      const touched = edit(next, random, number);
      const isBroken = random.fraction() < 0.3;
      // A save that changes nothing is no edit, and rightly goes unnoticed: each text is one of its own.
      const text = wrap(JSON.stringify({ $schema: `edit ${number}`, ...next }, null, 2));
      const saved = performance.now();
      world.project.write(file, isBroken ? spoil(text, random, number) : text);
      const report = noticed === "update" ? await world.client.call("update", {}) : await plans.next();
      // What looks half written is waited for.
      if (!isBroken) part.times.push(performance.now() - saved);
      const fail = (what: string): void => void part.broken.push(`${file}, ${noticed}, edit ${number}: ${what}`);
      if (report.ok === isBroken) fail(isBroken ? "accepted" : `refused: ${report.problems}`);
      if (isBroken) part.invalid++;
      else config = next;
      const after = await settled(world, config);
      if (namesOf(after).join() !== expectedNames(config).join()) fail(`${namesOf(after)} run`);
      for (const one of after.processes) {
        const old = before.processes.find((other) => other.namespec === one.namespec);
        if (old === undefined || (!isBroken && touched.has(one.program))) continue;
        if (one.pid !== old.pid || one.restarts > 0) fail(`restarted ${one.namespec}`);
      }
      if ((after.config.stale !== null) !== isBroken) fail("it is not said whether the config is in force");
      before = after;
    }
    return part;
  } finally {
    plans.close();
    await world.close();
  }
}

/** Saves that come faster than they can be applied. The first programs are never touched. */
async function atOnce(count: number, random: Random): Promise<Part> {
  const file = "supervisor.config.json";
  const part: Part = { invalid: 0, times: [], broken: [] };
  const world = new World(file);
  const plans = new Plans(world);
  try {
    const steady = { steady0: { command: "sleep 50000" }, steady1: { command: "sleep 50001" } };
    let config = firstConfig();
    const textOf = (one: EditedConfig, number: number): string =>
      JSON.stringify({ $schema: `edit ${number}`, ...one, programs: { ...steady, ...one.programs } }, null, 2);
    const pids = (status: StatusReport): string =>
      status.processes
        .filter((one) => one.name.startsWith("steady"))
        .map((one) => `${one.pid} ${one.restarts}`)
        .join();
    world.project.write(file, textOf(config, -1));
    await begin(world, true);
    await plans.open();
    const all = (one: EditedConfig): EditedConfig => ({ ...one, programs: { ...steady, ...one.programs } });
    const before = await settled(world, all(config));
    for (let number = 0; number < count; number++) {
      const next = structuredClone(config);
      edit(next, random, number);
      const isBroken = number < count - 1 && random.fraction() < 0.3;
      const text = textOf(next, number);
      world.project.write(file, isBroken ? spoil(text, random, number) : text);
      if (isBroken) part.invalid++;
      else config = next;
      await pause(random.whole(2, 80));
    }
    const wanted = expectedNames(all(config)).join();
    const after = await world
      .untilStatus((status) => status.config.stale === null && namesOf(status).join() === wanted, "the last config", 60)
      .catch(() => null);
    if (after === null) part.broken.push(`after the burst ${namesOf(await world.status())} run, not ${wanted}`);
    else if (pids(after) !== pids(before)) part.broken.push("the burst restarted what it does not concern");
    part.times.push(...plans.reports.map(() => 0));
    return part;
  } finally {
    plans.close();
    await world.close();
  }
}

/** The plans that a daemon tells of. */
class Plans {
  readonly reports: PlanReport[] = [];
  readonly #world: World;
  readonly #following = new AbortController();
  #told = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async open(): Promise<void> {
    const client = new ApiClient({ socket: this.#world.places.socket });
    await new Promise<void>((resolve) => {
      const listen = async (): Promise<void> => {
        for await (const item of client.stream({ events: true, names: ["-"] }, this.#following.signal)) {
          if (item.type === "open") resolve();
          if (item.type === "plan") this.reports.push(item.report);
        }
      };
      listen().catch(() => {});
    });
  }

  /** The one after that which was taken last. */
  async next(): Promise<PlanReport> {
    const report = await this.#world.until<PlanReport>(() => this.reports[this.#told] ?? null, "a plan");
    this.#told++;
    return report;
  }

  close(): void {
    this.#following.abort();
  }
}

async function begin(world: World, watch: boolean): Promise<void> {
  if (!watch) return await world.up();
  const up = await world.project.sup("up", "-d", "-c", world.config);
  if (up.exitCode !== 0) throw new Error(`sup up failed: ${up.stderr}`);
}

/** The status once every process of the config is up. */
async function settled(world: World, config: EditedConfig): Promise<StatusReport> {
  const count = expectedNames(config).length;
  return await world.untilStatus(
    ({ processes }) =>
      processes.length >= count &&
      processes.every((one) => one.pid !== 0 && (one.state === "STARTING" || one.state === "RUNNING")),
    "all processes to be up",
  );
}

function namesOf(status: StatusReport): string[] {
  return status.processes.map((one) => one.namespec).toSorted();
}
