import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../support/project.ts";
import type { ChaosTest } from "./chaos-test.ts";
import { addAccounts, auditLines, auditScattered, emptyAccount } from "./line-ledger.ts";
import { pause, daemonPids, percentile, residentOf, sum } from "./world.ts";

/** One loud program, alone, with rotation, and among many quiet ones. */
export const throughput: ChaosTest = {
  id: "L1",
  title: "a flood on one stream: without rotation, with, and with idle neighbours",
  criterion:
    "lines lost 0, doubled 0; each >= 0.7 x `generator | cat > file`; API call max <= 25 ms; keeper + supervisor <= 140 MiB",
  comparable: true,
  async run({ full, world: makeWorld }) {
    const megabytes = full ? 200 : 60;
    const world = makeWorld();
    try {
      const generator = (name: string): string => `perl ${programs}/flood.pl ${name} ${world.truth} ${megabytes}`;
      const once = { autostart: false, autorestart: false, startsecs: 0 };
      const idle = full ? 300 : 100;
      world.configure({
        plain: { ...once, command: generator("plain") },
        rotated: { ...once, command: generator("rotated"), stdoutLogfileMaxbytes: "1MB", stdoutLogfileBackups: 1000 },
        crowded: { ...once, command: generator("crowded") },
        idle: {
          ...once,
          command: "sleep 100000",
          numprocs: idle,
          processName: "idle_%(process_num)d",
          stdoutLogfile: "NONE",
        },
      });
      await world.up();
      const pids = daemonPids(await world.status());
      /** What the machine can do at this moment: others use it, too. */
      const measureBase = (): number => {
        const began = performance.now();
        execFileSync("/bin/sh", ["-c", `${generator("base")} | cat > ${world.folder}/base.log`]);
        return megabytes / ((performance.now() - began) / 1000);
      };
      const bases: number[] = [];
      const calls: number[] = [];
      const speeds: Record<string, number> = {};
      let memory = 0;
      for (const name of ["plain", "rotated", "crowded"]) {
        if (name === "crowded") await world.client.call("start", { names: ["idle"] });
        bases.push(measureBase());
        const started = performance.now();
        await world.client.call("start", { names: [name], wait: false });
        for (let over = false; !over;) {
          const asked = performance.now();
          const status = await world.client.call("status", {});
          calls.push(performance.now() - asked);
          over = status.processes.some((one) => one.name === name && one.state === "EXITED");
          // Generator and keeper have a core each: whoever looks is to leave them theirs.
          if (!over) await pause(10);
          memory = Math.max(memory, sum(pids.map(residentOf)));
        }
        speeds[name] = Math.round(megabytes / ((performance.now() - started) / 1000));
      }
      await world.down();
      const rotated = readdirSync(world.logs).filter((name) => name.startsWith("rotated."));
      const lines = addAccounts([
        await auditLines("plain", [join(world.logs, "plain.log")], world.truth),
        await auditLines("crowded", [join(world.logs, "crowded.log")], world.truth),
        rotated.length === 0
          ? emptyAccount()
          : await auditScattered(
              "rotated",
              rotated.map((name) => join(world.logs, name)),
              world.truth,
            ),
      ]);
      const expected = 3 * megabytes * 10_000;
      bases.push(measureBase());
      // Before and after it.
      const shares = Object.values(speeds).map((speed, at) => speed / (((bases[at] ?? 0) + (bases[at + 1] ?? 0)) / 2));
      const slow = Object.entries(speeds).filter((_, at) => (shares[at] ?? 0) < 0.7);
      const worst = percentile(calls, 1);
      return {
        figures: {
          megabytes,
          baseMBs: Math.round(bases.reduce((sum, one) => sum + one, 0) / bases.length),
          ...speeds,
          shares: shares.map((share) => share.toFixed(2)),
          idle,
          lines: lines.lines,
          lost: lines.lost,
          doubled: lines.doubled,
          callMaxMs: worst,
          MiB: Math.round(memory),
        },
        broken: [
          ...(lines.lines !== expected ? [`${lines.lines} of ${expected} lines`] : []),
          ...(lines.lost + lines.doubled + lines.garbled > 0
            ? [`lost ${lines.lost}, doubled ${lines.doubled}, garbled ${lines.garbled}`]
            : []),
        ],
        late: [
          ...slow.map(([name, speed]) => `${name}: ${speed} MB/s`),
          ...(worst > 25 ? [`call max ${worst} ms`] : []),
          ...(memory > 140 ? [`${Math.round(memory)} MiB`] : []),
        ],
      };
    } finally {
      await world.close();
    }
  },
};
