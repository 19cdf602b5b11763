import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ApiClient } from "../../src/client/api-client.ts";
import type { ProcessState } from "../../src/model/states.ts";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { Random } from "./random.ts";
import { pause, World } from "./world.ts";

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

/** A clock that is put right, or wrong, while something is waited for. */
export const clock: ChaosTest = {
  id: "R14",
  title:
    "the wall clock jumps by an hour and by ten years, both ways, and in 1000 small steps, during STARTING, STOPPING, BACKOFF",
  criterion: "startsecs, stopwaitsecs and each wait before a try within 50 ms of the monotonic clock",
  async run({ seed }) {
    const jumps: Readonly<Record<string, Jump>> = {
      "an hour ahead": async (set) => set(HOUR),
      "an hour back": async (set) => set(-HOUR),
      "ten years ahead": async (set) => set(10 * YEAR),
      "ten years back": async (set) => set(-10 * YEAR),
      "1000 small steps": async (set) => {
        const random = new Random(seed);
        for (let step = 0; step < 1000; step++) {
          set(random.whole(-5000, 5000));
          await pause(2);
        }
      },
    };
    const measured = await Promise.all(Object.entries(jumps).map(([name, jump]) => measure(name, jump)));
    if (measured.includes(null)) return { figures: {}, broken: [], skipped: "there is no C compiler" };
    const found = measured.flatMap((waited) => waited ?? []);
    const off = found.map(({ wanted, took }) => took - wanted);
    const told = ({ what, wanted, took }: Waited): string => `${what}: ${Math.round(took)} ms instead of ${wanted}`;
    return {
      figures: {
        clocks: Object.keys(jumps).length,
        waits: found.length,
        earliestMs: Math.round(Math.min(...off)),
        latestMs: Math.round(Math.max(...off)),
      },
      // What a busy machine moves by tenths of a second, a clock moves by hours; and 1000 steps by seconds.
      broken: found.filter(({ wanted, took }) => took < wanted - 500 || took > wanted + 10_000).map(told),
      late: found.filter(({ wanted, took }) => Math.abs(took - wanted) > 50).map(told),
    };
  },
};

type Jump = (set: (milliseconds: number) => void) => Promise<void>;

interface Waited {
  readonly what: string;
  /** Milliseconds. */
  readonly wanted: number;
  readonly took: number;
}

async function measure(name: string, jump: Jump): Promise<Waited[] | null> {
  const world = new World();
  const following = new AbortController();
  try {
    const library = join(world.folder, "jumping-clock.so");
    try {
      const source = join(programs, "jumping-clock.c");
      execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "ignore" });
    } catch {
      return null;
    }
    const shift = join(world.folder, "shift");
    writeFileSync(shift, Buffer.alloc(8));
    Object.assign(world.project.env, { LD_PRELOAD: library, CLOCK_SHIFT: shift });
    const stubborn = "perl -e '$SIG{TERM} = \"IGNORE\"; sleep 1 while 1'";
    const later = { autostart: false, stdoutLogfile: "NONE" };
    world.configure({
      starting: { ...later, command: "sleep 1000", startsecs: 2 },
      stopping: { command: stubborn, startsecs: 0, stopwaitsecs: 2, stdoutLogfile: "NONE" },
      failing: { ...later, command: "sh -c 'exit 1'", startsecs: 2, startretries: 2 },
    });
    await world.up();
    const moments: { name: string; to: ProcessState; at: number }[] = [];
    const opened = new Promise<void>((resolve) => {
      const listen = async (): Promise<void> => {
        for await (const item of new ApiClient({ socket: world.places.socket }).stream(
          { events: true },
          following.signal,
        )) {
          if (item.type === "open") resolve();
          if (item.type === "state") moments.push({ name: item.namespec, to: item.to, at: performance.now() });
        }
      };
      listen().catch(() => {});
    });
    await opened;
    // Perl has to have got to its first line.
    await world.untilStatus((status) => status.processes.some((one) => one.state === "RUNNING"), "it to run");
    await pause(300);
    const { client } = world;
    await Promise.all([
      client.call("start", { names: ["starting", "failing"], wait: false }),
      client.call("stop", { names: ["stopping"], wait: false }),
    ]);
    const times = (name: string, to: ProcessState): number[] =>
      moments.filter((one) => one.name === name && one.to === to).map((one) => one.at);
    await world.until(
      () => times("starting", "STARTING").length > 0 && times("stopping", "STOPPING").length > 0,
      "all three to be waited for",
    );
    await pause(200);
    const file = openSync(shift, "r+");
    await jump((milliseconds) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(milliseconds) * 1_000_000n);
      writeSync(file, bytes, 0, 8, 0);
    });
    closeSync(file);
    await world.until(
      () =>
        times("starting", "RUNNING").length > 0 &&
        times("stopping", "STOPPED").length > 0 &&
        times("failing", "FATAL").length > 0,
      "all three to be over",
      30,
    );
    // That it did jump shows in what people are shown.
    const { now } = await client.call("status", {});
    const expected = Date.now() + Number(readFileSync(shift).readBigInt64LE() / 1_000_000n);
    if (Math.abs(now - expected) > 60_000) throw new Error(`the daemon's clock says ${now}, not ${expected}`);
    const between = (what: string, from: number | undefined, to: number | undefined, wanted: number): Waited => ({
      what: `${name}, ${what}`,
      wanted,
      took: (to ?? Infinity) - (from ?? 0),
    });
    const [first, second] = [times("failing", "BACKOFF"), times("failing", "STARTING")];
    return [
      between("startsecs", times("starting", "STARTING")[0], times("starting", "RUNNING")[0], 2000),
      between("stopwaitsecs", times("stopping", "STOPPING")[0], times("stopping", "STOPPED")[0], 2000),
      between("first wait", first[0], second[1], 1000),
      between("second wait", first[1], second[2], 2000),
    ];
  } finally {
    following.abort();
    await world.close();
  }
}
