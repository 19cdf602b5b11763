import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { residentOf, World } from "./world.ts";

/** What a restart leaves behind adds up over years. */
export const soak: ChaosTest = {
  id: "R16",
  title: "restarts by the thousand",
  criterion: "descriptors and files as before; memory per 1000 restarts does not grow (1 KB in the long profile)",
  async run({ full }) {
    const rounds = full ? 500 : 25;
    const programs = 100;
    const world = new World();
    try {
      const once = {
        command: "true",
        autostart: false,
        autorestart: false,
        startsecs: 0,
        stdoutLogfile: "NONE",
        numprocs: programs,
      };
      world.configure({ p: { ...once, processName: "p%(process_num)d" } });
      await world.up();
      const { pid, supervisorPid } = await world.status();
      const facts = () => ({
        descriptors: [pid, supervisorPid].map((one) => readdirSync(`/proc/${one}/fd`).length),
        fifos: readdirSync(join(world.places.runtime, "keeper/fifo")).length,
        memory: [pid, supervisorPid].map(residentOf),
      });
      const round = async (): Promise<void> => {
        await world.client.call("start", { wait: false });
        await world.untilStatus(
          (status) => status.processes.every((one) => one.state === "EXITED"),
          "all to have exited",
        );
      };
      for (let warm = 0; warm < 5; warm++) await round();
      const before = facts();
      for (let done = 0; done < rounds; done++) await round();
      // The last ends of FIFOs are heard a moment after the exits.
      await world.until(() => facts().fifos <= before.fifos + 8, "FIFOs to be removed", 20).catch(() => null);
      const after = facts();
      const grown = after.memory.map((now, index) => now - (before.memory[index] ?? 0));
      const broken = [
        ...(after.descriptors.some((now, index) => now > (before.descriptors[index] ?? 0) + 3)
          ? [`descriptors: ${before.descriptors.join(", ")} before, ${after.descriptors.join(", ")} after`]
          : []),
        ...(after.fifos > before.fifos + 8 ? [`${before.fifos} FIFOs before, ${after.fifos} after`] : []),
      ];
      return {
        figures: {
          restarts: rounds * programs,
          keeperGrowthMiB: Math.round((grown[0] ?? 0) * 10) / 10,
          supervisorGrowthMiB: Math.round((grown[1] ?? 0) * 10) / 10,
          descriptors: after.descriptors.join(" + "),
          fifos: after.fifos,
        },
        broken,
        late: grown.some((one) => one > 30)
          ? [`memory grew by ${grown.map((one) => one.toFixed(1)).join(" and ")} MiB`]
          : [],
      };
    } finally {
      await world.close();
    }
  },
};
