import { request } from "node:http";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { accountFigures, auditLoad, brokenPromises, looper, names, untilRunning, writer, type Load } from "./load.ts";
import { limitMemory } from "./memory-limit.ts";
import { pause, residentOf, World } from "./world.ts";

const MIB = 1024 * 1024;
/** What the supervisor may have while it is flooded. */
const LIMIT = 96 * MIB;

/**
 * The kernel kills who needs more memory than there is; where it cannot be had to, the test does. Only the supervisor is put into the group with the limit, each one
 * as soon as it is there: programs have their own, and a keeper that is killed is R3.
 */
export const outOfMemory: ChaosTest = {
  id: "R17",
  title:
    "the supervisor in 96 MB, under a flood, 10,000 events to a slow listener and bodies of a megabyte; then with nothing to " +
    "spare, until it is killed for it",
  criterion:
    "the supervisor may die; lines lost 0, doubled 0, garbled 0; deaths missed 0, told twice 0, wrong 0; two copies 0; another " +
    "one answers each time; keeper <= 128 MB",
  async run({ seed, full }) {
    const limit = await limitMemory(`chaos-${process.pid}`);
    const world = new World();
    const over = new AbortController();
    try {
      const writers = names("writer", full ? 20 : 8);
      const loopers = names("looper", full ? 30 : 12);
      world.configure(
        {
          ...Object.fromEntries(writers.map((name) => [name, writer(world, name, 10_000)])),
          flood: writer(world, "flood", 0, 40),
          ...Object.fromEntries(loopers.map((name, at) => [name, looper(world, name, seed + at)])),
          // Each of its lines is an event.
          chatter: { ...writer(world, "chatter", 500), stdoutEventsEnabled: true },
        },
        {
          eventlisteners: {
            slow: {
              command: `perl ${programs}/slow-listener.pl`,
              events: ["PROCESS_LOG", "PROCESS_STATE"],
              bufferSize: 10_000,
              startsecs: 0,
            },
          },
        },
      );
      await world.up();
      const load: Load = { writers: [...writers, "flood", "chatter"], loopers, killed: new Map() };
      await untilRunning(world, load.writers);
      const { pid: keeper } = await world.status();
      const supervisors = new Set<number>();
      let keeperMiB = 0;
      let most = 0;
      let refused = "";
      const watching = (async () => {
        while (!over.signal.aborted) {
          const pid = world.supervisorPid(keeper);
          keeperMiB = Math.max(keeperMiB, residentOf(keeper));
          if (pid !== null) most = Math.max(most, residentOf(pid));
          if (pid !== null && !supervisors.has(pid)) {
            try {
              limit.add(pid);
              limit.set(Math.max(4 * MIB, LIMIT - residentOf(pid) * MIB));
              supervisors.add(pid);
              refused = "";
            } catch (error) {
              // It has died meanwhile, or the last one's memory is not returned yet: the next look will tell.
              refused = ` (${String(error)})`;
            }
          }
          await pause(5);
        }
      })();
      const pushing = push(world, over.signal);
      // First what it has to get by with.
      await pause(full ? 60_000 : 8000);
      const killsIn96 = limit.kills;
      // Then nothing: each supervisor has what it needed to boot, and the next megabyte kills it.
      const wanted = killsIn96 + (full ? 20 : 3);
      const until = performance.now() + 120_000;
      while (limit.kills < wanted && performance.now() < until) {
        const pid = world.supervisorPid(keeper);
        if (pid !== null && supervisors.has(pid)) {
          try {
            limit.set(limit.used + MIB);
          } catch {
            // It uses more by now.
          }
        }
        await pause(100);
      }
      over.abort();
      await Promise.all([watching, pushing]);
      // The last one is left in peace.
      limit.set(1024 * MIB);
      const status = await world.status();
      await pause(1500);
      const last = world.supervisorPid(keeper);
      const kills = limit.kills;
      await world.down();
      const { lines, deaths } = await auditLoad(world, load);
      const broken = brokenPromises(lines, deaths);
      if (kills < wanted) broken.push(`only ${kills} of ${wanted} supervisors ran out of memory${refused}`);
      if (status.pid !== keeper) broken.push("the keeper was replaced");
      if (last === null) broken.push("no supervisor is there at the end");
      return {
        figures: {
          limitKeptBy: limit.kind,
          killedIn96MB: killsIn96,
          killed: kills,
          restarts: status.supervisorRestarts,
          ...accountFigures(lines, deaths),
          supervisorMiB: most,
          keeperMiB,
        },
        broken,
        late: keeperMiB > 128 ? [`the keeper used ${keeperMiB} MiB`] : [],
      };
    } finally {
      over.abort();
      await world.close();
      limit.remove();
    }
  },
};

/** Bodies of nearly a megabyte, the largest that are read, ten at a time, again and again. */
async function push(world: World, over: AbortSignal): Promise<void> {
  const body = `<?xml version="1.0"?><methodCall><methodName>system.multicall</methodName><params>${"<param><value><string>x</string></value></param>".repeat(20_000)}</params></methodCall>`;
  const one = (): Promise<void> =>
    new Promise((done) => {
      const headers = { "Content-Type": "text/xml", "Content-Length": body.length };
      const call = request(
        { socketPath: world.xmlRpcSocket, path: "/RPC2", method: "POST", headers, agent: false, timeout: 10_000 },
        (response) => {
          response.resume();
          response.once("close", done);
        },
      );
      // Whoever is killed does not answer.
      call.once("error", () => done());
      call.once("timeout", () => call.destroy());
      call.end(body);
    });
  while (!over.aborted) {
    await Promise.all(Array.from({ length: 10 }, one));
    await pause(20);
  }
}
