import type { KeeperCore } from "./keeper-core.ts";
import type { KeptProgram } from "./kept-program.ts";

/**
 * Stops every program by its own manners, without a supervisor: the last duty of a keeper whose supervisor is dead or
 * silent. Resolves when none is left.
 */
export async function shutDown(keeper: KeeperCore): Promise<void> {
  keeper.refuseStarts();
  const living = [...keeper.programs.values()].filter((program) => program.alive);
  await Promise.all(living.map((program) => stop(keeper, program)));
}

async function stop(keeper: KeeperCore, program: KeptProgram): Promise<void> {
  const { signal, waitsecs, stopasgroup, killasgroup } = program.stop;
  await new Promise<void>((resolve) => {
    const detach = keeper.attach((event) => {
      if (event.type !== "exit" || event.key !== program.key) return;
      clearTimeout(timer);
      detach();
      resolve();
    });
    const kill = (): void => void program.signal(SIGKILL, killasgroup ? "group" : "process");
    const timer = setTimeout(kill, waitsecs * 1000);
    program.signal(signal, stopasgroup ? "group" : "process");
    if (program.alive) return;
    clearTimeout(timer); // an adopted one that was found dead
    detach();
    resolve();
  });
}

const SIGKILL = 9;
