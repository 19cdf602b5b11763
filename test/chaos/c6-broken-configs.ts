import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ChaosTest } from "./chaos-test.ts";
import { runningPids, untilRunning } from "./load.ts";
import { isAlive, kill, World } from "./world.ts";

/** An edit must not be able to end a service, whatever it says. */
export const brokenConfigs: ChaosTest = {
  id: "C6",
  title: "broken configs: update and SIGHUP with each",
  criterion: "nothing stopped or restarted, the daemon lives, and each mistake is told",
  async run({ random, full }) {
    const rounds = full ? 50 : 15;
    const world = new World();
    try {
      world.configure({ a: { command: "sleep 1000", startsecs: 0 }, b: { command: "sleep 1000", startsecs: 0 } });
      const good = await promisify(execFile)("cat", [world.config]).then(({ stdout }) => stdout);
      await world.up();
      await untilRunning(world, ["a", "b"]);
      const before = await runningPids(world);
      const { pid, supervisorPid } = await world.status();
      const broken: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const text = damage(good, (limit) => random.whole(0, limit - 1), round);
        world.project.write("supervisor.config.json", text);
        const update = await world.project.sup("update", "-c", world.config);
        if (update.exitCode === 0) broken.push(`round ${round}: accepted: ${text}`);
        else if (update.stderr.trim() === "" && update.stdout.trim() === "")
          broken.push(`round ${round}: nothing was said`);
        kill(pid, "SIGHUP");
      }
      const status = await world.untilStatus(
        (one) => one.config.stale !== null,
        "the daemon to say that the config is stale",
      );
      const after = await runningPids(world);
      const restarted = [...before].filter(([name, was]) => after.get(name) !== was).map(([name]) => name);
      if (restarted.length > 0) broken.push(`restarted: ${restarted.join(", ")}`);
      if (!isAlive(pid) || status.supervisorPid !== supervisorPid) broken.push("the daemon did not survive");
      return { figures: { configs: rounds, restarted: restarted.length }, broken };
    } finally {
      await world.close();
    }
  },
};

/** Cut short, a brace too many, a wrong type, an unknown name: never a config. */
function damage(good: string, below: (limit: number) => number, round: number): string {
  switch (round % 5) {
    case 0:
      return good.slice(0, 1 + below(good.length - 2));
    case 1:
      return `${good.slice(0, below(good.length))}}{${good}`;
    case 2:
      return good.replace('"sleep 1000"', String(below(1000)));
    case 3:
      return good.replace('"startsecs"', `"startsec${below(10)}"`);
    default:
      return good.replace('"command"', `"no${below(10)}"`);
  }
}
