import { STOPPED_STATES } from "../model/states.ts";
import type { Clock } from "../clock/clock.ts";
import type { Keeper, ProcessKey } from "../protocol/keeper.ts";
import type { StrayPolicy } from "./background-strays.ts";
import type { Life } from "../machine/life.ts";

const SIGKILL = 9;
/** Milliseconds from one look to the next. Nobody is told of the deaths of a process's children. */
const LOOK_EVERY = 100;
/** Milliseconds that the kernel may take for those that were killed. */
const LAST_MOMENTS = 2000;

/**
 * Ends what the runs of a program that is down have left, if its group is to end with it: by its stopsignal, and by SIGKILL when
 * stopwaitsecs are over. A stop of one that runs reaches that by itself; this is for one that has ended otherwise, as by a crash.
 * Resolves when nobody is left, or does not end even so.
 */
export async function endLeft(keeper: Pick<Keeper, "signal">, clock: Clock, process: DownProcess): Promise<void> {
  const { key, spec } = process;
  if (!spec.killasgroup || process.pid !== 0 || !STOPPED_STATES.has(process.life.state)) return;
  const reaches = async (signal: number): Promise<boolean> =>
    await keeper.signal(key, signal, "group").then(
      ({ ok }) => ok,
      () => false, // the keeper is gone, and so are we
    );
  if (!(await reaches(spec.stopsignal))) return;
  const due = clock.monotonic() + spec.stopwaitsecs * 1000;
  for (let killed = false; await reaches(0);) {
    const now = clock.monotonic();
    if (now >= due + LAST_MOMENTS) return;
    if (now >= due && !killed) killed = await reaches(SIGKILL);
    await new Promise<void>((resolve) => clock.at(now + LOOK_EVERY, resolve));
  }
}

/** What is asked of a process. */
export interface DownProcess {
  readonly key: ProcessKey;
  readonly spec: StrayPolicy;
  readonly life: Life;
  readonly pid: number;
}
