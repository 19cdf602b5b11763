import type { Clock } from "../clock/clock.ts";
import type { Life } from "../machine/life.ts";

/**
 * Arms the one timer that a life may want; returns how to call it off, or `null` if it wants none. Who waits to be tried again
 * waits for a second or more, so its turn may come together with that of others: Supervisor, too, looks only once a second.
 */
export function wakeFor({ state, deadline }: Life, clock: Clock, fire: () => void): (() => void) | null {
  if (deadline === null) return null;
  const isRetry = state === "BACKOFF" || state === "EXITED";
  return isRetry ? clock.around(deadline, fire) : clock.at(deadline, fire);
}
