import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asProcessOne } from "../support/container.ts";
import { Project, programs } from "../support/project.ts";
import { sendSignal } from "../support/send-signal.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { pause } from "./world.ts";

/** In a container nobody else reaps what programs leave behind. */
export const processOne: ChaosTest = {
  id: "R9",
  title: "as process 1: a thousand orphans, then SIGTERM; then the essential program ends by itself, in several ways",
  criterion:
    "zombies 0, a second after the last orphan has ended; SIGTERM reaches every program, in order; the exit status is that " +
    "of the essential program, 128 + n for a signal",
  async run({ full }) {
    const orphans = full ? 5000 : 1000;
    const reaping = await reapAndStop(orphans);
    const wrong: string[] = [];
    const ends = ["exit 0", "exit 3", "exit 255", "kill -TERM $$", "kill -KILL $$"];
    for (const end of ends) {
      const status = await statusAfter(end);
      const [what, number = ""] = end.split(" ");
      const expected = what === "exit" ? Number(number) : number === "-TERM" ? 143 : 137;
      if (status !== expected) wrong.push(`\`${end}\` ended the container with ${status}, not ${expected}`);
    }
    return {
      figures: { orphans, ...reaping.figures, ends: ends.length, wrong: wrong.length },
      broken: [...reaping.broken, ...wrong],
      late: reaping.late,
    };
  },
};

async function reapAndStop(orphans: number) {
  const project = new Project();
  const order = join(project.folder, "order");
  const say = (name: string): string =>
    `sh -c 'trap "echo ${name} >> ${order}; exit 7" TERM; while :; do sleep 0.1; done'`;
  project.write(
    "supervisor.config.json",
    JSON.stringify({
      programs: {
        // Its status says whether it still saw zombies, from inside.
        maker: { command: `perl ${programs}/orphans.pl ${orphans}`, startsecs: 0, autorestart: false },
        first: { command: say("first"), priority: 1, startsecs: 0 },
        second: { command: say("second"), priority: 2, startsecs: 0 },
        main: { command: say("main"), priority: 3, essential: true, startsecs: 0 },
      },
    }),
  );
  const container = asProcessOne(["sup", "run", "--container"], { cwd: project.folder, env: project.env });
  try {
    await container.seen(/zombies: \d+/);
    const inside = Number(/zombies: (\d+)/.exec(container.text)?.[1]);
    await pause(1000);
    const afterASecond = zombiesBelow(container.processOne);
    let zombies = afterASecond;
    for (let look = 0; look < 600 && zombies !== 0; look++) {
      await pause(50);
      zombies = zombiesBelow(container.processOne);
    }
    sendSignal(container.processOne, "SIGTERM");
    const status = await container.status();
    const stops = readLines(order).filter(Boolean).join(", ");
    return {
      figures: { zombiesAfter1s: afterASecond, zombies, stops, status: status ?? -1 },
      broken: [
        ...(zombies === 0 ? [] : [`${zombies} zombies stay`]),
        ...(stops === "main, second, first" ? [] : [`SIGTERM stopped ${stops || "nobody"}`]),
        ...(status === 7 ? [] : [`it ended with ${status}`]),
      ],
      late: inside + afterASecond > 0 ? [`${afterASecond} zombies after a second`] : [],
    };
  } finally {
    container.kill();
    await container.ended;
    await project.close();
  }
}

async function statusAfter(end: string): Promise<number | undefined> {
  const project = new Project();
  project.write(
    "supervisor.config.json",
    JSON.stringify({
      programs: {
        main: { command: `sh -c 'sleep 0.2; ${end}'`, essential: true, startsecs: 0, autorestart: false },
        other: { command: "sleep 1000", startsecs: 0 },
      },
    }),
  );
  const container = asProcessOne(["sup", "run", "--container"], { cwd: project.folder, env: project.env });
  try {
    return await container.status();
  } finally {
    container.kill();
    await project.close();
  }
}

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
