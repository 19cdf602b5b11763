import { setTimeout as pause } from "node:timers/promises";
import type { KeeperCore } from "./keeper-core.ts";
import type { KeptProgram } from "./kept-program.ts";

/**
 * Stops every program by its own manners, and what earlier runs of it have left, without a supervisor: the last duty of a keeper whose supervisor is dead or
 * silent. Resolves when none is left.
 */
export async function shutDown(keeper: KeeperCore): Promise<void> {
  keeper.refuseStarts();
  const living = [...keeper.programs.values()].filter(
    (program) => program.alive || (program.stop.killasgroup && program.signal(0, "group").ok),
  );
  await Promise.all(living.map((program) => stop(keeper, program)));
}

async function stop(keeper: KeeperCore, program: KeptProgram): Promise<void> {
  const { signal, waitsecs, stopasgroup, killasgroup } = program.stop;
  const kill = (): void => void program.signal(SIGKILL, killasgroup ? "group" : "process");
  const timer = setTimeout(kill, Math.min(waitsecs * 1000, LONGEST_TIMEOUT));
  await new Promise<void>((resolve) => {
    const detach = keeper.attach((event) => {
      if (event.type !== "exit" || event.key !== program.key) return;
      detach();
      resolve();
    });
    program.signal(signal, stopasgroup || !program.alive ? "group" : "process");
    if (program.alive) return;
    detach(); // one of which only others are left, or an adopted one that was found dead
    resolve();
  });
  // Others of its group get the rest of the time, and are then killed with it.
  const anybody = (): boolean => killasgroup && program.signal(0, "group").ok;
  while (anybody()) await pause(LOOK_EVERY);
  clearTimeout(timer);
}

const SIGKILL = 9;
/** Milliseconds: 24 days. Node takes anything longer for 1. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
/** Milliseconds. */
const LOOK_EVERY = 100;
