import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { Follower, type FollowKind } from "./follower.ts";
import { countOf } from "./line-ledger.ts";
import { writer } from "./load.ts";
import { Target } from "./target.ts";
import { residentOf } from "./world.ts";

const SIZE = 100;
const ROTATIONS = 50;
const STREAMED: readonly FollowKind[] = ["logtail", "events", "json"];
/** Of each kind and program. */
const FROZEN = 4;

/** Whoever reads slower than a program writes, while its log is rotated again and again. */
export const slowFollowers: ChaosTest = {
  id: "L10",
  title:
    "slow and stopped followers (/logtail, supervisorctl tail -f, server-sent events, JSON) through fifty rotations",
  criterion:
    "every line once and in order, or a gap that is told, by its very size where sizes are told; to the last line; " +
    "the supervisor needs at most 1 MiB for each client; with enough backups /logtail has no gap",
  async run({ random, full }) {
    const maxbytes = full ? 1_000_000 : 100_000;
    const target = new Target();
    const { world } = target;
    const kept = { stdoutLogfileMaxbytes: maxbytes, autostart: false };
    const followers: Follower[] = [];
    try {
      await target.up({
        kept: { ...writer(world, "kept", 0, SIZE), ...kept, stdoutLogfileBackups: 1000 },
        brief: { ...writer(world, "brief", 0, SIZE), ...kept, stdoutLogfileBackups: 3 },
      });
      const names = ["kept", "brief"];
      await world.client.call("start", { names });
      for (const name of names) await world.until(() => existsSync(join(world.logs, `${name}.log`)), "the log");
      const pids = new Map((await world.status()).processes.map((one) => [one.name, String(one.pid)]));
      const written = (name: string): number => countOf(world.truth, name, pids.get(name) ?? "");
      const follow = async (kind: FollowKind, name: string, wait: () => Promise<void> | number): Promise<void> => {
        const follower = new Follower(kind, name, SIZE);
        followers.push(follower);
        await follower.start(world, target.socketPath, wait);
      };
      /** The most that the supervisor had in memory while each program went through so many rotations. */
      const peakDuring = async (rotations: number): Promise<number> => {
        const first = new Map(names.map((name) => [name, written(name)]));
        let peak = 0;
        await world.until(() => {
          peak = Math.max(peak, residentOf(target.supervisorPid));
          return names.every((name) => (written(name) - (first.get(name) ?? 0)) * SIZE > rotations * maxbytes);
        }, `${rotations} rotations`);
        return peak;
      };
      for (const name of names) {
        for (const kind of [...STREAMED, "supervisorctl" as const]) await follow(kind, name, () => random.whole(1, 12));
      }
      // What passing all that output on costs anyhow, before anybody stops reading.
      const before = await peakDuring(ROTATIONS / 2);
      let thaw: () => void = () => {};
      const frozen = new Promise<void>((resolve) => (thaw = resolve));
      for (const name of names) {
        for (const kind of STREAMED) for (let one = 0; one < FROZEN; one++) await follow(kind, name, () => frozen);
      }
      const stopped = names.length * STREAMED.length * FROZEN;
      const growth = (await peakDuring(ROTATIONS)) - before;
      await world.client.call("stop", { names });
      thaw();
      const lastOf = new Map(names.map((name) => [name, written(name) - 1]));
      const behind = (): Follower[] => followers.filter((one) => one.last < (lastOf.get(one.name) ?? 0));
      const caughtUp = await world.until(() => behind().length === 0, "all to catch up", 120).catch(() => false);
      const broken = followers.flatMap((one) => one.broken);
      if (!caughtUp) broken.push(...behind().map((one) => `${one.kind} of ${one.name} stays at line ${one.last}`));
      const gapsOf = (holds: (one: Follower) => boolean): number =>
        followers.filter(holds).reduce((sum, one) => sum + one.gaps, 0);
      const filesOnly = (one: Follower): boolean => one.kind === "logtail" || one.kind === "supervisorctl";
      const needless = gapsOf((one) => one.name === "kept" && filesOnly(one));
      if (needless > 0) broken.push(`${needless} gaps though every backup was there`);
      if (growth > 4 * stopped) broken.push(`${Math.round(growth)} MiB for ${stopped} clients that do not read`);
      broken.push(...(await target.brokenPromises()));
      return {
        figures: {
          followers: followers.length,
          notReading: stopped,
          rotations: Math.floor((Math.min(...names.map(written)) * SIZE) / maxbytes),
          linesHeard: followers.reduce((sum, one) => sum + one.lines, 0),
          gapsToldKept: gapsOf((one) => one.name === "kept"),
          gapsToldBrief: gapsOf((one) => one.name === "brief"),
          MiBforEach: Math.round((growth / stopped) * 100) / 100,
        },
        broken,
        // When garbage is collected moves it a little.
        late: growth > stopped ? [`${Math.round(growth)} MiB for ${stopped} clients that do not read`] : [],
      };
    } finally {
      for (const follower of followers) follower.stop();
      await target.close();
    }
  },
};
