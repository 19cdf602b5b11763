import type { EventEffect } from "../../machine/effect.ts";
import type { Exit } from "../../machine/life.ts";
import { processKey } from "../../model/model.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";

/** How a run ended. `early`: before it counted as RUNNING. */
export type ExitKind = "expected" | "unexpected" | "early" | "stopped";
export const EXIT_KINDS: readonly ExitKind[] = ["expected", "unexpected", "early", "stopped"];

/** Counts how runs end, by process key, from the moment this supervisor process begins: counters may begin anew. */
export class ExitCounts {
  readonly #counts = new Map<string, Record<ExitKind, number>>();
  readonly #codes = new Map<string, Map<string, number>>();

  constructor(supervisor: Supervisor) {
    supervisor.bus.subscribe((event) => {
      if (event.type === "groupRemoved") {
        for (const key of event.group.spec.processes.map(processKey)) {
          this.#counts.delete(key);
          this.#codes.delete(key);
        }
      }
      if (event.type !== "state") return;
      const { life, key, lastEnd } = event.process;
      const kind = kindOf(event.event, life.lastExit !== null);
      if (kind === null) return;
      this.#of(key)[kind]++;
      if (lastEnd !== null) this.#count(key, codeOf(lastEnd));
    });
  }

  get(key: string): Readonly<Record<ExitKind, number>> {
    return this.#counts.get(key) ?? NONE;
  }

  /** By exit code, or the name of the signal that ended it, or `unknown`. */
  codes(key: string): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#codes.get(key) ?? []);
  }

  #count(key: string, code: string): void {
    const known = this.#codes.get(key) ?? new Map<string, number>();
    this.#codes.set(key, known.set(code, (known.get(code) ?? 0) + 1));
  }

  #of(key: string): Record<ExitKind, number> {
    const known = this.#counts.get(key) ?? { ...NONE };
    this.#counts.set(key, known);
    return known;
  }
}

function codeOf({ code, signal }: Exit): string {
  return signal ?? (code === null ? "unknown" : String(code));
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
