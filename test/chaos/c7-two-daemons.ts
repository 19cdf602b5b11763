import { existsSync, rmSync } from "node:fs";
import type { ChaosTest } from "./chaos-test.ts";
import { childrenOf, commandOf, allPids, kill, untilDead, World } from "./world.ts";

/** One config, one daemon: however many are started at once, and whatever an earlier one left behind. */
export const twoDaemons: ChaosTest = {
  id: "C7",
  title: "simultaneous starts on one config; stale, deleted and squatted sockets",
  criterion:
    "exactly one owner each time, every `sup up` ends well or says who owns it; a deleted socket is back within 5 s",
  async run({ full }) {
    const rounds = full ? 50 : 5;
    const each = 4;
    const world = new World();
    const broken: string[] = [];
    const keepers = (): number[] =>
      allPids().filter((pid) => {
        const [, , file = ""] = commandOf(pid).split(" ");
        return file.endsWith("keeper.cjs") && commandOf(pid).includes(world.folder) && childrenOf(pid).length > 0;
      });
    let won = 0;
    let lost = 0;
    try {
      world.configure({ one: { command: "sleep 1000", startsecs: 0 } });
      for (let round = 0; round < rounds; round++) {
        const runs = await Promise.all(
          Array.from({ length: each }, () => world.project.sup("up", "-d", "--no-watch", "-c", world.config)),
        );
        won += runs.filter((run) => run.exitCode === 0).length;
        lost += runs.filter((run) => run.exitCode !== 0).length;
        for (const { exitCode, stderr } of runs) {
          if (exitCode !== 0 && !/pid \d+|in use|already/.test(stderr)) broken.push(`a loser only says: ${stderr}`);
        }
        const status = await world.untilStatus((one) => one.processes[0]?.state === "RUNNING", "the program");
        const owners = keepers();
        if (owners.length !== 1) broken.push(`round ${round}: ${owners.length} keepers`);
        const copies = allPids().filter(
          (pid) => commandOf(pid) === "sleep 1000 " && childrenOf(status.pid).includes(pid),
        );
        if (copies.length !== 1) broken.push(`round ${round}: ${copies.length} copies of the program`);
        if (round % 2 === 0) await world.down();
        else {
          // Leaves its socket and its records behind.
          const pids = status.processes.map((one) => one.pid);
          for (const pid of [status.pid, status.supervisorPid, ...pids]) kill(pid, "SIGKILL");
          await untilDead(status.pid);
          await untilDead(status.supervisorPid);
        }
      }
      await world.up();
      await world.status();
      rmSync(world.places.socket);
      const began = performance.now();
      await world.until(() => existsSync(world.places.socket), "the socket to come back", 60).catch(() => null);
      const back = Math.round(performance.now() - began);
      if (!existsSync(world.places.socket)) broken.push("a deleted socket stays away");
      else await world.status();
      return {
        figures: { rounds, simultaneous: each, won, lost, socketBackMs: back },
        broken,
        late: back > 5000 ? [`socket back after ${back} ms`] : [],
      };
    } finally {
      for (const pid of keepers()) if (!existsSync(world.places.socket)) kill(pid, "SIGTERM");
      await world.close();
    }
  },
};
