import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { isAlive, kill, pause } from "./world.ts";

/** Kinds of test/programs/tree.pl, with how many processes of it live. */
const KINDS: Readonly<Record<string, number>> = {
  deaf: 2,
  "leader-first": 2,
  "own-group": 2,
  chain: 51,
  setsid: 2,
  "setsid-twice": 2,
};
const STOPWAITSECS = 2;

/** Stop means gone: nobody of the program's group, session and control group survives it. */
export const trees: ChaosTest = {
  id: "R10",
  title:
    "process trees that do not want to end: deaf to SIGTERM, leader gone first, groups and sessions of their own, a chain of 50, " +
    "a fork bomb",
  criterion:
    "after stop: survivors 0; stop <= stopwaitsecs + 1 s; the same when the supervisor is killed meanwhile, and at shutdown",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const world = makeWorld();
    const bomb = full ? 500 : 200;
    const sizes: Readonly<Record<string, number>> = { ...KINDS, [`bomb${bomb}`]: bomb + 1 };
    const kinds = Object.keys(sizes);
    const pids = (kind: string): number[] =>
      readLines(join(world.truth, `${kind}.tree`))
        .filter(Boolean)
        .map(Number);
    try {
      const spec = (kind: string): object => ({
        command: `perl ${programs}/tree.pl ${kind} ${world.truth} ${kind}`,
        stopwaitsecs: STOPWAITSECS,
        stopasgroup: kind === "chain",
        killasgroup: true,
        startsecs: 0,
        autorestart: false,
      });
      world.configure(Object.fromEntries(kinds.map((kind) => [kind, spec(kind)])));
      await world.up();
      const grown = async (): Promise<void> => {
        for (const kind of kinds)
          await world.until(() => pids(kind).filter(isAlive).length >= (sizes[kind] ?? 0), `${kind} to be grown`);
      };
      const broken: string[] = [];
      const count = (when: string): void => {
        for (const kind of kinds) {
          const left = pids(kind).filter(isAlive);
          if (left.length > 0) broken.push(`${kind}: ${left.length} survive ${when}`);
          // They are not to be counted again.
          for (const pid of left) kill(pid, "SIGKILL");
        }
      };
      await grown();
      let slowest = 0;
      const stop = async (kind: string): Promise<void> => {
        const began = performance.now();
        await world.client.call("stop", { names: [kind] });
        slowest = Math.max(slowest, performance.now() - began);
      };
      await Promise.all(kinds.map(stop));
      count("a stop");
      await world.client.call("start", { wait: true });
      await grown();
      if (world.survivesKills) {
        // In the middle of a stop the supervisor is killed: the next one carries the stop on.
        const { supervisorPid } = await world.status();
        void world.client.call("stop", { names: kinds }).catch(() => undefined);
        await world.untilStatus(
          (status) => status.processes.some((one) => one.state === "STOPPING"),
          "a stop to begin",
        );
        await pause(300);
        kill(supervisorPid, "SIGKILL");
        await world.untilStatus(
          (status) => status.processes.every((one) => one.state === "STOPPED"),
          "the next supervisor to finish the stop",
        );
        count("a stop under another supervisor");
        await world.client.call("start", { wait: true });
        await grown();
      }
      await world.down();
      count("the shutdown");
      const seconds = Math.round(slowest / 100) / 10;
      return {
        figures: { kinds: kinds.length, slowestStopSeconds: seconds, survivors: broken.length },
        broken,
        late: seconds > STOPWAITSECS + 1 ? [`a stop took ${seconds} s`] : [],
      };
    } finally {
      for (const pid of kinds.flatMap(pids)) if (isAlive(pid)) kill(pid, "SIGKILL");
      await world.close();
    }
  },
};
