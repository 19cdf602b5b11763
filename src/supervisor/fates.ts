import type { ProcessSpec } from "../model/model.ts";

/**
 * What becomes of processes that an edit takes out and that come again, by the same edit in another group, or by one that waits for its
 * turn meanwhile. An edit that is made later knows nothing of them: to that they are new.
 */
export class Fates {
  readonly #known = new Map<string, Fate>();
  readonly #all: Iterable<Fates>;

  /** `all` edits that are under way, this one of them. */
  constructor(all: Iterable<Fates> = []) {
    this.#all = all;
  }

  /** One is gone. */
  note(spec: ProcessSpec, fate: Fate): void {
    for (const one of [this, ...this.#all]) one.#known.set(identityOf(spec), fate);
  }

  /** Of one that comes. */
  of(spec: ProcessSpec): Fate {
    return this.#known.get(identityOf(spec)) ?? "new";
  }
}

/** It is started whatever `autostart` says, it stays stopped, or it is like any that is new. */
type Fate = "runs" | "held" | "new";

/** The same process whatever group it is in. */
export function identityOf(spec: ProcessSpec | null): string {
  return JSON.stringify([spec?.program, spec?.name]);
}
