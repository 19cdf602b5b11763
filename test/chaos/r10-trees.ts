import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { isAlive, kill, pause } from "./world.ts";

const KINDS: Readonly<Record<string, number>> = { deaf: 2, "leader-first": 2, "own-group": 2, chain: 51, bomb: 201 };
const STOPWAITSECS = 2;

/** Stop means gone: nobody of the program's group and session survives it. */
export const trees: ChaosTest = {
  id: "R10",
  title: "process trees that do not want to end",
  criterion:
    "after stop: survivors 0, who has called setsid included; stop <= stopwaitsecs + 1 s; the same when the supervisor is " +
    "killed meanwhile, and at shutdown",
  comparable: true,
  async run({ world: makeWorld }) {
    const world = makeWorld();
    try {
      const spec = (kind: string): object => ({
        command: `perl ${programs}/tree.pl ${kind} ${world.truth} ${kind}`,
        stopwaitsecs: STOPWAITSECS,
        stopasgroup: kind === "chain",
        killasgroup: true,
        startsecs: 0,
        autorestart: false,
      });
      const kinds = Object.keys(KINDS);
      world.configure(Object.fromEntries([...kinds, "setsid"].map((kind) => [kind, spec(kind)])));
      await world.up();
      const pids = (kind: string): number[] =>
        readLines(join(world.truth, `${kind}.tree`))
          .filter(Boolean)
          .map(Number);
      const grown = async (): Promise<void> => {
        for (const kind of kinds) {
          const before = pids(kind).length;
          await world.until(() => pids(kind).filter(isAlive).length >= (KINDS[kind] ?? 0), `${kind} after ${before}`);
        }
      };
      const broken: string[] = [];
      const survivors = (kind: string, when: string): void => {
        const left = pids(kind).filter(isAlive);
        if (left.length > 0) broken.push(`${kind}: ${left.length} survive ${when}`);
      };
      await grown();
      let slowest = 0;
      for (const kind of kinds) {
        const began = performance.now();
        await world.client.call("stop", { names: [kind] });
        slowest = Math.max(slowest, performance.now() - began);
        survivors(kind, "a stop");
      }
      if (world.survivesKills) {
        // Again, and in the middle of it the supervisor is killed: the next one carries the stop on.
        await world.client.call("start", { wait: true });
        await grown();
        const { supervisorPid } = await world.status();
        void world.client.call("stop", { names: kinds }).catch(() => undefined);
        await world.untilStatus(
          (status) => status.processes.some((one) => one.state === "STOPPING"),
          "a stop to begin",
        );
        await pause(300);
        kill(supervisorPid, "SIGKILL");
        await world.untilStatus(
          (status) => status.processes.every((one) => one.name === "setsid" || one.state === "STOPPED"),
          "the next supervisor to finish the stop",
        );
        for (const kind of kinds) survivors(kind, "a stop under another supervisor");
      }
      // And at the end of everything.
      await world.client.call("start", { wait: true });
      await grown();
      await world.down();
      for (const kind of kinds) survivors(kind, "the shutdown");
      for (const pid of kinds.flatMap(pids)) if (isAlive(pid)) kill(pid, "SIGKILL");
      const escaped = pids("setsid").filter(isAlive);
      for (const pid of escaped) kill(pid, "SIGKILL");
      if (escaped.length > 0) broken.push(`${escaped.length} that called setsid survive the shutdown`);
      const seconds = Math.round(slowest / 100) / 10;
      return {
        figures: { kinds: kinds.length, slowestStopSeconds: seconds, escapedBySetsid: escaped.length },
        broken,
        late: seconds > STOPWAITSECS + 1 ? [`a stop took ${seconds} s`] : [],
      };
    } finally {
      await world.close();
    }
  },
};
