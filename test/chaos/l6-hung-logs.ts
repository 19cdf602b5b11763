import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { ChaosTest } from "./chaos-test.ts";
import { addAccounts, auditLines, countOf } from "./line-ledger.ts";
import { names, runningPids, untilRunning, writer } from "./load.ts";
import { isAlive, kill, pause, percentile, spawn, World } from "./world.ts";

/** A log that is a pipe whose reader hangs holds up the program that writes there, and nobody else. */
export const hungLogs: ChaosTest = {
  id: "L6",
  title: "logs that are pipes, their readers stopped; the supervisor killed meanwhile",
  criterion:
    "only those programs wait, and are not restarted; lines lost, doubled, garbled 0; call p99 <= 25 ms meanwhile",
  async run({ full }) {
    const world = new World();
    const victims = names("victim", full ? 20 : 5);
    const pipeOf = (name: string): string => join(world.folder, `${name}.pipe`);
    const copyOf = (name: string): string => join(world.folder, `${name}.copy`);
    execFileSync("mkfifo", victims.map(pipeOf));
    const readers = victims.map((name) =>
      spawn("sh", ["-c", 'exec cat "$0" > "$1"', pipeOf(name), copyOf(name)], {
        stdio: "ignore",
        env: world.project.env,
      }),
    );
    try {
      world.configure({
        ...Object.fromEntries(
          victims.map((name) => [name, { ...writer(world, name, 0), stdoutLogfile: pipeOf(name), stopwaitsecs: 60 }]),
        ),
        bystander: writer(world, "bystander", 2000),
      });
      await world.up();
      await untilRunning(world, [...victims, "bystander"]);
      const pids = await runningPids(world);
      const written = (name: string): number => countOf(world.truth, name, String(pids.get(name)));
      const total = (): number => victims.reduce((sum, name) => sum + written(name), 0);
      await world.until(() => victims.every((name) => written(name) > 1000), "lines of all");

      for (const reader of readers) kill(reader.pid ?? 0, "SIGSTOP");
      let before = -1;
      await world.until(async () => {
        if (total() === before) return true;
        before = total();
        await pause(500);
        return false;
      }, "all to wait");
      const others = written("bystander");
      const calls: number[] = [];
      const call = async (): Promise<void> => {
        const asked = performance.now();
        await world.client.call("status", {});
        calls.push(performance.now() - asked);
        await pause(10);
      };
      for (const end = Date.now() + (full ? 20_000 : 3000); Date.now() < end;) await call();
      kill((await world.status()).supervisorPid, "SIGKILL");
      await world.status();
      await world.until(() => written("bystander") > others + 1000, "the bystander's lines");
      const moved = total() - before;
      const after = await runningPids(world);

      for (const reader of readers) kill(reader.pid ?? 0, "SIGCONT");
      await world.until(() => total() > before + 1000 * victims.length, "the writers to go on");
      await world.down();
      await world.until(() => readers.every((reader) => !isAlive(reader.pid ?? 0)), "the readers to see the end");
      const accounts = await Promise.all(victims.map((name) => auditLines(name, [copyOf(name)], world.truth)));
      const lines = addAccounts([
        ...accounts,
        await auditLines("bystander", [join(world.logs, "bystander.log")], world.truth),
      ]);
      const p99 = percentile(calls, 0.99);
      const broken: string[] = [];
      for (const [name, pid] of pids) if (after.get(name) !== pid) broken.push(`${name} was restarted`);
      for (const what of ["lost", "doubled", "garbled"] as const)
        if (lines[what] > 0) broken.push(`${lines[what]} lines ${what}`);
      if (moved > 0) broken.push(`${moved} lines were written to logs that nobody read`);
      return {
        figures: {
          pipes: victims.length,
          lines: lines.lines,
          lost: lines.lost,
          doubled: lines.doubled,
          garbled: lines.garbled,
          calls: calls.length,
          callP99ms: p99,
        },
        broken,
        late: p99 > 25 ? [`call p99 ${p99} ms`] : [],
      };
    } finally {
      for (const reader of readers) kill(reader.pid ?? 0, "SIGCONT");
      await world.close();
      for (const reader of readers) reader.kill("SIGKILL");
    }
  },
};
