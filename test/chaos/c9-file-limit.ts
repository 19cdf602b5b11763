import { execFileSync } from "node:child_process";
import type { ChaosTest } from "./chaos-test.ts";
import { readLines } from "./death-ledger.ts";
import { isAlive, kill, pause } from "./world.ts";

/** Too many programs for the limits of the machine: those that do not fit wait, and start when there is room. */
export const fileLimit: ChaosTest = {
  id: "C9",
  title: "300 programs with a limit of 256 open files",
  criterion:
    "none FATAL; those that fit run; the rest waits with a reason and starts within 5 s of room; no death is missed",
  comparable: true,
  async run({ world: makeWorld }) {
    const world = makeWorld();
    const broken: string[] = [];
    try {
      const programs = Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`p${index}`, { command: "sleep 100000", stdoutLogfile: "NONE" }]),
      );
      world.configure(programs);
      await world.up();
      const { pid } = await world.status();
      // Lowered while it runs: the supervisor and its socket are there, and programs come and go.
      const stopped = await world.client.call("stop", {});
      if (stopped.some((one) => !one.ok && one.error !== "not running")) broken.push("not all could be stopped");
      execFileSync("prlimit", ["--pid", String(pid), "--nofile=256:"]);
      await world.client.call("start", { wait: false });
      const full = await world.untilStatus(
        (status) => status.processes.every((one) => !["STARTING", "STOPPED"].includes(one.state)),
        "every start to be decided",
      );
      const count = (states: readonly string[], report = full): number =>
        report.processes.filter((one) => states.includes(one.state)).length;
      const [running, waiting, fatal] = [count(["RUNNING"]), count(["BACKOFF"]), count(["FATAL"])];
      if (running < 30) broken.push(`only ${running} programs fit`);
      if (waiting === 0) broken.push("the limit was not reached");
      const mute = full.processes.filter(
        (one) => one.state === "BACKOFF" && !/too many open files|EMFILE/.test(one.spawnerr),
      );
      if (mute.length > 0) broken.push(`${mute.length} wait without a reason: ${mute[0]?.why}`);
      // A death in the middle of the shortage is seen and answered.
      const victim = full.processes.find((one) => one.state === "RUNNING");
      kill(victim?.pid ?? 0, "SIGKILL");
      await world.until(
        () => readLines(world.mainLog).some((line) => line.includes(`exited: ${victim?.name} (terminated by SIGKILL`)),
        "the death of one that runs",
      );
      // Longer than Supervisor's three retries take.
      await pause(8000);
      const later = await world.status();
      const fatalLater = count(["FATAL"], later);
      if (fatal + fatalLater > 0) broken.push(`${fatal + fatalLater} FATAL`);
      execFileSync("prlimit", ["--pid", String(pid), "--nofile=4096:"]);
      const began = performance.now();
      const started = await world
        .untilStatus((status) => status.processes.every((one) => one.pid !== 0), "all to start", 60)
        .then(() => true)
        .catch(() => false);
      const took = Math.round(performance.now() - began);
      if (!started) broken.push("a minute after there is room not all run");
      if (!isAlive(pid)) broken.push("the keeper died");
      return {
        figures: { running, waiting, fatal: fatal + fatalLater, allStartedAfterMs: started ? took : "never" },
        broken,
        late: took > 5000 ? [`all started after ${took} ms`] : [],
      };
    } finally {
      await world.close();
    }
  },
};
