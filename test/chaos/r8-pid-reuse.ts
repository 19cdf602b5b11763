import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { readRegistry, registryFile } from "../../src/keeper/registry.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { isAlive, kill, spawn, untilDead, World } from "./world.ts";

/** After a death of the keeper, what was recorded may name a pid that is somebody else's by now. */
export const pidReuse: ChaosTest = {
  id: "R8",
  title: "the keeper's records name pids that strangers have by now; everything is stopped, killed and started",
  criterion: "signals to strangers 0; each program told as ended once, with an unknown status, and started again",
  async run({ full }) {
    const count = full ? 200 : 30;
    const world = new World();
    const strangers = Array.from({ length: count }, () =>
      spawn("sleep", ["100000"], { detached: true, stdio: "ignore" }),
    );
    try {
      const programs = Array.from({ length: count }, (_, index) => `p${index}`);
      world.configure(Object.fromEntries(programs.map((name) => [name, { command: "sleep 1000", startsecs: 0 }])));
      await world.up();
      const { pid, supervisorPid, processes } = await world.untilStatus(
        (status) => status.processes.every((one) => one.state === "RUNNING"),
        "all to run",
      );
      kill(pid, "SIGKILL");
      await untilDead(pid);
      kill(supervisorPid, "SIGKILL");
      await untilDead(supervisorPid);
      for (const one of processes) kill(one.pid, "SIGKILL");
      for (const one of processes) await untilDead(one.pid);
      const file = registryFile(join(world.places.runtime, "keeper"));
      const forged = readRegistry(file).records.map((record, index) => ({
        run: { ...record, pid: strangers[index]?.pid ?? 0 },
      }));
      appendFileSync(file, forged.map((line) => `${JSON.stringify(line)}\n`).join(""));
      await world.up();
      const after = await world.untilStatus(
        (status) => status.processes.every((one) => one.state === "RUNNING"),
        "all to run again",
      );
      await world.client.call("signal", { names: ["all"], signal: "KILL" });
      await world.client.call("stop", { names: ["all"] });
      await world.down();
      const hit = strangers.filter((one) => one.pid !== undefined && !isAlive(one.pid)).length;
      const adopted = after.processes.filter((one) => strangers.some((stranger) => stranger.pid === one.pid)).length;
      const broken = [
        ...(hit > 0 ? [`${hit} strangers were killed`] : []),
        ...(adopted > 0 ? [`${adopted} strangers were taken for programs`] : []),
      ];
      return {
        figures: { programs: count, forged: forged.length, strangersHit: hit, strangersAdopted: adopted },
        broken,
      };
    } finally {
      for (const stranger of strangers) if (stranger.pid !== undefined) kill(stranger.pid, "SIGKILL");
      await world.close();
    }
  },
};
