import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { isAlive, kill, World } from "./world.ts";

/** Programs that put themselves into the background: each try of Supervisor is one more copy that nobody looks after. */
export const daemons: ChaosTest = {
  id: "R11",
  title: "programs that daemonize: with and without killasgroup, also while the supervisor is killed",
  criterion:
    "FATAL after one try, with the reason and the pid of what is left; strays 0 with killasgroup, without it the one, never a second copy",
  async run({ random, full }) {
    const each = full ? 50 : 10;
    const world = new World();
    const started = (name: string): number[] => {
      try {
        return readFileSync(join(world.truth, `${name}.tree`), "utf8")
          .split("\n")
          .filter(Boolean)
          .map(Number);
      } catch {
        return [];
      }
    };
    const grouped = Array.from({ length: each }, (_, index) => `grouped${index}`);
    const alone = Array.from({ length: each }, (_, index) => `alone${index}`);
    try {
      const program = (name: string): object => ({
        command: `perl ${programs}/tree.pl daemon ${world.truth} ${name}`,
        startretries: 5,
        stopwaitsecs: 1,
        stdoutLogfile: "NONE",
        autostart: false,
      });
      world.configure({
        ...Object.fromEntries(grouped.map((name) => [name, { ...program(name), killasgroup: true }])),
        ...Object.fromEntries(alone.map((name) => [name, program(name)])),
      });
      await world.up();
      const { pid } = await world.status();
      await world.client.call("start", { wait: false });
      const victim = world.supervisorPid(pid);
      await new Promise((resolve) => setTimeout(resolve, random.whole(0, 150)));
      if (victim !== null) kill(victim, "SIGKILL");
      // Whatever had not been begun when it was killed is begun now.
      const { processes } = await world.status();
      const idle = processes.filter((one) => one.state === "STOPPED").map((one) => one.namespec);
      if (idle.length > 0) await world.client.call("start", { names: idle, wait: false });
      const done = await world.untilStatus(
        ({ processes }) =>
          processes.every((one) => one.state === "FATAL") &&
          processes.every((one) => !grouped.includes(one.name) || one.survivors.length === 0),
        "all to be given up",
      );
      const strays = (names: readonly string[]): number => names.flatMap(started).filter(isAlive).length;
      const broken: string[] = [];
      let [named, copies] = [0, 0];
      for (const { name, why, survivors } of done.processes) {
        const told = why.startsWith("it put itself into the background: its first process ended with status 0");
        if (!told) broken.push(`${name}: ${why}`);
        const alive = started(name).filter(isAlive);
        if (alone.includes(name) && survivors.map((one) => one.pid).join() === alive.join() && alive.length === 1)
          named++;
        // Each run is a leader and its child.
        copies = Math.max(copies, started(name).length / 2);
      }
      if (copies > 1) broken.push(`a program was started ${copies} times`);
      const [left, leftAlone] = [strays(grouped), strays(alone)];
      if (left > 0) broken.push(`${left} strays in spite of killasgroup`);
      if (named !== each) broken.push(`${named} of ${each} strays named`);
      if (leftAlone !== each) broken.push(`${leftAlone} strays of ${each} programs`);
      return {
        figures: {
          programs: 2 * each,
          fatal: done.processes.length,
          straysWithGroup: left,
          strays: leftAlone,
          named,
          copies,
        },
        broken,
      };
    } finally {
      for (const pid of [...grouped, ...alone].flatMap(started)) if (isAlive(pid)) kill(pid, "SIGKILL");
      await world.close();
    }
  },
};
