import type { Supervisor } from "./supervisor.ts";

/** Reports at once, and again every `interval` milliseconds until what it returns is called. */
export function reportEvery(clock: Supervisor["clock"], interval: number, report: () => void): () => void {
  let callOff = (): void => {};
  const next = (): void => {
    report();
    callOff = clock.at(clock.monotonic() + interval, next);
  };
  next();
  return () => callOff();
}
