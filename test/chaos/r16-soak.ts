import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { pause, residentOf, World } from "./world.ts";

const PROGRAMS = 100;

/** What a restart leaves behind adds up over years. */
export const soak: ChaosTest = {
  id: "R16",
  title: "restarts by the thousand",
  criterion:
    "descriptors and files as before; resident memory, once garbage is collected: less than 1 KB more per 1000 restarts in " +
    "the second half of 1,000,000; in the short profile, in which the heap finds its size, less than 16 MiB more",
  async run({ full }) {
    const [rounds, samples, warming] = full ? [10_000, 40, 200] : [24, 2, 12];
    const world = new World();
    try {
      const once = {
        command: "true",
        autostart: false,
        autorestart: false,
        startsecs: 0,
        stdoutLogfile: "NONE",
        numprocs: PROGRAMS,
      };
      world.configure({ p: { ...once, processName: "p%(process_num)d" } }, { supervisord: { logfile: "NONE" } });
      await world.up();
      const { pid, supervisorPid } = await world.status();
      const facts = () => ({
        descriptors: [pid, supervisorPid].map((one) => readdirSync(`/proc/${one}/fd`).length),
        fifos: readdirSync(join(world.places.runtime, "keeper/fifo")).length,
        memory: [pid, supervisorPid].map(residentOf),
      });
      const round = async (): Promise<void> => {
        await world.client.call("start", { wait: true });
        await world.untilStatus(
          (status) => status.processes.every((one) => one.state === "EXITED"),
          "all to have exited",
        );
      };
      // The heap has the size it is going to have, and garbage is collected two seconds after a busy time.
      const atRest = async (): Promise<ReturnType<typeof facts>> => {
        await pause(3500);
        return facts();
      };
      for (let warm = 0; warm < warming; warm++) await round();
      const before = await atRest();
      const sizes = [before.memory];
      for (let sample = 0; sample < samples; sample++) {
        for (let done = 0; done < rounds / samples; done++) await round();
        sizes.push((await atRest()).memory);
      }
      // The last ends of FIFOs are heard a moment after the exits.
      await world.until(() => facts().fifos <= before.fifos + 8, "FIFOs to be removed", 60).catch(() => null);
      const growthNow = (): number[] => facts().memory.map((now, which) => now - (before.memory[which] ?? 0));
      if (!full) await world.until(() => growthNow().every((one) => one < 16), "garbage to go", 60).catch(() => null);
      const after = facts();
      const each = (PROGRAMS * rounds) / samples / 1000;
      // KB for each 1000 restarts.
      const later = sizes.slice(full ? sizes.length / 2 : 0);
      const slopes = [0, 1].map((which) => Math.round((slope(later.map((one) => one[which] ?? 0)) * 1024) / each));
      const growth = [0, 1].map((which) => Math.round((after.memory[which] ?? 0) - (before.memory[which] ?? 0)));
      const grown = full ? slopes.some((one) => one > 1) : growth.some((one) => one > 16);
      return {
        figures: {
          restarts: rounds * PROGRAMS,
          keeperMiB: sizes.map((one) => one[0] ?? 0).join(", "),
          supervisorMiB: sizes.map((one) => one[1] ?? 0).join(", "),
          ...(full ? { keeperKBper1000: slopes[0] ?? 0, supervisorKBper1000: slopes[1] ?? 0 } : {}),
          descriptors: after.descriptors.join(" + "),
          fifos: after.fifos,
        },
        broken: [
          ...(after.descriptors.some((now, index) => now > (before.descriptors[index] ?? 0) + 3)
            ? [`descriptors: ${before.descriptors.join(", ")} before, ${after.descriptors.join(", ")} after`]
            : []),
          ...(after.fifos > before.fifos + 8 ? [`${before.fifos} FIFOs before, ${after.fifos} after`] : []),
          ...(grown
            ? [`memory grew by ${growth.join(" and ")} MiB: ${slopes.join(" and ")} KB per 1000 restarts`]
            : []),
        ],
      };
    } finally {
      await world.close();
    }
  },
};

/** Of the line through values at 0, 1, 2, ...: the median of the slopes between any two (Theil and Sen), so that one odd value does not count. */
function slope(values: readonly number[]): number {
  const slopes = values.flatMap((value, at) =>
    values.slice(at + 1).map((later, distance) => (later - value) / (distance + 1)),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}
