/**
 * What the daemon itself cannot do at present, for `sup status`: nothing stops for it, but a later daemon may know less. One
 * sentence for each thing; a thing that works again is forgotten.
 */
export class Troubles {
  readonly #now = new Map<string, string>();

  /** `why` of `null`: it works again. */
  note(thing: string, why: string | null): void {
    if (why === null) this.#now.delete(thing);
    else this.#now.set(thing, `${thing}: ${why}`);
  }

  list(): string[] {
    return [...this.#now.values()];
  }
}

/** What a keeper cannot do whose records cannot be written. */
export const RECORDS = "programs cannot be recorded, a keeper after this one would not find them";
/** What cannot be done if the model cannot be stored. */
export const LAST_GOOD = "the config cannot be kept, a broken one would leave a later daemon without any";

/** What a supervisor that takes over a daemon cannot do if its log cannot be opened. */
export const MAIN_LOG = "the daemon's own log is not written until its supervisor is started again";

/** What a supervisor is that died five times within a minute. */
export const CRASHES = "the supervisor process keeps dying, so the config is not read";

/** Why; `null` if it has not come to that. */
export function crashTrouble(recentCrashes: number): string | null {
  if (recentCrashes < MANY_CRASHES) return null;
  return `${recentCrashes} deaths within a minute; the last good config stays in force until \`sup update\``;
}

/** Deaths in a minute that cast suspicion on the config, which is the one thing that changes. */
export const MANY_CRASHES = 5;
