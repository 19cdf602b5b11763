import { readdirSync, readFileSync } from "node:fs";
import { asProcessOne } from "../support/container.ts";
import { Project } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { pause } from "./world.ts";

/** In a container nobody else reaps what programs leave behind. */
export const processOne: ChaosTest = {
  id: "R9",
  title: "as process 1: orphans by the hundred, then SIGTERM",
  criterion: "zombies 0; SIGTERM stops the programs in order; the exit status is that of the essential program",
  async run({ full }) {
    const orphans = full ? 1000 : 200;
    const project = new Project();
    project.write(
      "supervisor.config.json",
      JSON.stringify({
        programs: {
          maker: {
            command: `sh -c 'i=0; while [ $i -lt ${orphans} ]; do (sleep 0.0$((i % 10)) &) ; i=$((i+1)); done; echo all made; exec sleep 1000'`,
            startsecs: 0,
          },
          main: { command: "sh -c 'trap \"exit 7\" TERM; while :; do sleep 0.1; done'", essential: true, startsecs: 0 },
        },
      }),
    );
    const container = asProcessOne(["sup", "run", "--container"], { cwd: project.folder, env: project.env });
    try {
      await container.seen(/all made/);
      let zombies = -1;
      for (let look = 0; look < 600 && zombies !== 0; look++) {
        await pause(50);
        zombies = zombiesBelow(container.processOne);
      }
      sendSignal(container.processOne, "SIGTERM");
      const status = await container.status();
      const broken = [
        ...(zombies === 0 ? [] : [`${zombies} zombies stay`]),
        ...(status === 7 ? [] : [`it ended with ${status}`]),
      ];
      return { figures: { orphans, zombies, status: status ?? -1 }, broken };
    } finally {
      container.kill();
      await project.close();
    }
  },
};

/** Zombies whose parent is this process: those that nobody has reaped. */
function zombiesBelow(parent: number): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && Number(ppid) === parent;
    } catch {
      return false;
    }
  }).length;
}
