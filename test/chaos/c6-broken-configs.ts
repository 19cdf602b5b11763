import type { ChaosTest } from "./chaos-test.ts";
import { BROKEN, HOSTILE, INI, JSON_FILE, TS, type BrokenConfig } from "./broken-config-list.ts";
import { EditedDaemon, WAYS, type Way } from "./edited-daemon.ts";
import type { Random } from "./random.ts";

/** An edit must not be able to end a service, whatever it says and however it is read. */
export const brokenConfigs: ChaosTest = {
  id: "C6",
  title:
    "broken configs in TypeScript, JSON and Supervisor's format; by reread, update, SIGHUP, restart and under the watcher",
  criterion:
    "nothing stopped or restarted, the daemon lives; each mistake is told in its own words with file, line and column; " +
    "the last good config is in force",
  async run({ random, full }) {
    const count = { tries: 0 };
    const run = async (file: string, ways: readonly Way[]): Promise<string[]> => {
      const daemon = new EditedDaemon(file);
      const broken: string[] = [];
      try {
        await daemon.up(ways.includes("save"));
        for (const [config, way] of plan(file, ways, random, full)) {
          count.tries++;
          broken.push(...(await daemon.tryOut(config, way)), ...(await daemon.damage()));
        }
        broken.push(...(await daemon.mend()));
      } finally {
        await daemon.world.close();
      }
      return broken;
    };
    const found = await Promise.all([
      ...[TS, JSON_FILE, INI].map((file) => run(file, WAYS)),
      ...[TS, JSON_FILE, INI].map((file) => run(file, ["save"])),
    ]);
    const configs = Object.values(BROKEN).flat().length + HOSTILE.length;
    return { figures: { configs, tries: count.tries, ways: WAYS.length + 1 }, broken: found.flat() };
  },
};

/** Every config by one of the ways, or by all of them. The short run leaves hostile ones that take ten seconds to C4, but one. */
function plan(file: string, ways: readonly Way[], random: Random, full: boolean): (readonly [BrokenConfig, Way])[] {
  const hostile = full ? HOSTILE : HOSTILE.slice(0, ways.includes("save") ? 4 : 5);
  // Only root refuses what others can change; a user is warned.
  const isRoot = process.geteuid?.() === 0;
  const configs = [...(BROKEN[file] ?? []), ...(file === TS ? hostile : [])].filter(
    ({ mode }) => mode === undefined || isRoot,
  );
  if (full) return configs.flatMap((config) => ways.map((way) => [config, way] as const));
  const first = random.whole(0, ways.length - 1);
  return configs.map((config, index) => [config, ways[(first + index) % ways.length] ?? "update"] as const);
}
