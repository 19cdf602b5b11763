import type { EventEffect } from "../machine/effect.ts";
import { processKey } from "../model/model.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** How a run ended. `early`: before it counted as RUNNING. */
export type ExitKind = "expected" | "unexpected" | "early" | "stopped";
export const EXIT_KINDS: readonly ExitKind[] = ["expected", "unexpected", "early", "stopped"];

/** Counts how runs end, by process key, from the moment this supervisor process begins: counters may begin anew. */
export class ExitCounts {
  readonly #counts = new Map<string, Record<ExitKind, number>>();

  constructor(supervisor: Supervisor) {
    supervisor.bus.subscribe((event) => {
      if (event.type === "groupRemoved") {
        for (const spec of event.group.spec.processes) this.#counts.delete(processKey(spec));
      }
      if (event.type !== "state") return;
      const { life, key } = event.process;
      const kind = kindOf(event.event, life.lastExit !== null);
      if (kind !== null) this.#of(key)[kind]++;
    });
  }

  get(key: string): Readonly<Record<ExitKind, number>> {
    return this.#counts.get(key) ?? NONE;
  }

  #of(key: string): Record<ExitKind, number> {
    const known = this.#counts.get(key) ?? { ...NONE };
    this.#counts.set(key, known);
    return known;
  }
}

const NONE: Readonly<Record<ExitKind, number>> = { expected: 0, unexpected: 0, early: 0, stopped: 0 };

/** `null` for changes that are no end of a run: a start may fail before there is a process, a mere retry may be called off. */
function kindOf(event: EventEffect, hasExited: boolean): ExitKind | null {
  switch (event.name) {
    case "PROCESS_STATE_EXITED":
      return event.expected ? "expected" : "unexpected";
    case "PROCESS_STATE_BACKOFF":
      return hasExited ? "early" : null;
    case "PROCESS_STATE_STOPPED":
      return event.pid === 0 ? null : "stopped";
    case "PROCESS_STATE_STARTING":
    case "PROCESS_STATE_RUNNING":
    case "PROCESS_STATE_STOPPING":
    case "PROCESS_STATE_FATAL":
    case "PROCESS_STATE_UNKNOWN":
      return null;
  }
}
