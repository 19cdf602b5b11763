import { rpc } from "../support/http.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { cpuOf, daemonPids, pause, percentile, sum, World } from "./world.ts";

/** Programs that end at once and are always wanted again must not take the machine, nor the daemon, away. */
export const crashLoop: ChaosTest = {
  id: "R15",
  title: "100 programs that end at once, for ever; 5 more that count as failed starts",
  criterion:
    "daemon CPU <= 25 % of a core; an API call (getState, status) p99 <= 50 ms; a start no earlier than 1 s after the last " +
    "one, after the n-th failure no earlier than n s, nor 50 ms later than that; one log line for each change of state",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const seconds = full ? 30 : 8;
    const count = 100;
    const world = makeWorld();
    try {
      const many = { processName: "%(program_name)s_%(process_num)d", stdoutLogfile: "NONE", command: "/bin/true" };
      world.configure({
        loop: { ...many, numprocs: count, startsecs: 0, autorestart: true },
        failing: { ...many, numprocs: 5, startsecs: 1, startretries: 1000 },
      });
      await world.up();
      await pause(2000);
      const pids = daemonPids(await world.status());
      const cpu = (): number => sum(pids.map(cpuOf));
      const [before, began, lines] = [cpu(), performance.now(), readLines(world.mainLog).length];
      const [states, statuses]: [number[], number[]] = [[], []];
      const timed = async (into: number[], what: () => Promise<unknown>): Promise<void> => {
        const asked = performance.now();
        await what();
        into.push(performance.now() - asked);
        await pause(50);
      };
      while (performance.now() - began < seconds * 1000) {
        await timed(states, () => rpc({ socketPath: world.xmlRpcSocket }, "supervisor.getState"));
        await timed(statuses, () => world.client.call("status", {}));
      }
      const percent = Math.round(((cpu() - before) / ((performance.now() - began) / 1000)) * 100);
      const took = (performance.now() - began) / 1000;
      const all = readLines(world.mainLog);
      const written = all.slice(lines - 1).filter(Boolean);
      const starts = written.filter((line) => line.includes(" spawned: ")).length;
      // Spawned, RUNNING, exited; of a failed start "exited too quickly" and "gave up" take the place of RUNNING.
      const talk = Math.round((written.length / Math.max(1, starts)) * 10) / 10;
      const { early, usual, latest, gaps } = delays(all, world);
      const [p99, status99] = [percentile(states, 0.99), percentile(statuses, 0.99)];
      return {
        figures: {
          seconds,
          startsPerSecond: Math.round(starts / took),
          cpuPercent: percent,
          getStateP50ms: percentile(states, 0.5),
          getStateP99ms: p99,
          statusP50ms: percentile(statuses, 0.5),
          statusP99ms: status99,
          logLinesPerStart: talk,
          gaps,
          earlyOrLateP50ms: usual,
          latestP99ms: latest,
          tooEarly: early,
        },
        broken: [
          ...(usual < -TOLERANCE ? [`starts are ${-usual} ms too early`] : []),
          ...(talk > 3.1 ? [`${written.length} log lines for ${starts} starts`] : []),
          ...(starts < count ? [`only ${starts} starts in ${Math.round(took)} s`] : []),
        ],
        late: [
          ...(percent > 25 ? [`CPU ${percent} %`] : []),
          ...(p99 > 50 ? [`getState p99 ${p99} ms`] : []),
          ...(status99 > 50 ? [`status p99 ${status99} ms`] : []),
          ...(latest > TOLERANCE ? [`a start ${latest} ms late`] : []),
          ...(early > 0 ? [`${early} starts too early`] : []),
        ],
      };
    } finally {
      await world.close();
    }
  },
};

/** What the back-off owes: a second between starts, and of failed ones as many seconds after an end as there were failures. */
function delays(log: readonly string[], world: World): { early: number; usual: number; latest: number; gaps: number } {
  const last = new Map<string, { spawned: number; ended: number; failures: number }>();
  const late: number[] = [];
  for (const line of log) {
    const found = /^(\S+ \S+) \w+ (spawned|exited): '?((?:loop|failing)_\d+)'?/.exec(line);
    if (found === null) continue;
    const [, time = "", what, name = ""] = found;
    const at = Date.parse(`${time.replace(" ", "T").replace(",", ".")}Z`);
    const before = last.get(name) ?? { spawned: -Infinity, ended: -Infinity, failures: 0 };
    if (what === "exited") {
      last.set(name, { ...before, ended: at, failures: before.failures + 1 });
      continue;
    }
    last.set(name, { ...before, spawned: at });
    if (before.spawned === -Infinity) continue;
    const due = name.startsWith("loop") ? before.spawned + 1000 : before.ended + before.failures * 1000;
    late.push(at - due);
  }
  // Times in the log are of the line, not of the event: on a busy machine one that was late makes the next look early. So what
  // counts is what is usual. Supervisor has no back-off for programs that count as started.
  const usual = world.survivesKills ? percentile(late, 0.5) : 0;
  const early = late.filter((one) => one < -TOLERANCE).length;
  return { early, usual, latest: percentile(late, 0.99), gaps: late.length };
}

const TOLERANCE = 50;
