import type { Keeper } from "../protocol/keeper.ts";

/**
 * Stores what changed with the keeper, together with the acknowledgement of the events that led to it: one message for all
 * that happens in one turn, and work in proportion to what changed.
 */
export class StateSaver {
  readonly #keeper: Keeper;
  readonly #stateOf: (key: string) => string | null;
  readonly #changed = new Set<string>();
  /** In this turn, with something else. */
  readonly #taken = new Map<string, string>();
  readonly #others: (() => Readonly<Record<string, string | null>>)[] = [];
  #acknowledged = 0;
  #scheduled = false;

  /** `stateOf` answers what to keep under a key; `null` when there is nothing to keep any more. */
  constructor(keeper: Keeper, stateOf: (key: string) => string | null) {
    this.#keeper = keeper;
    this.#stateOf = stateOf;
  }

  /** True if the event is news; it counts as acknowledged from then on. Events come again after a crash of ours. */
  isNews(seq: number): boolean {
    if (seq <= this.#acknowledged) return false;
    this.#acknowledged = seq;
    this.request();
    return true;
  }

  /** The state under this key is not what was saved last. */
  note(key: string): void {
    this.#changed.add(key);
    this.request();
  }

  /** What is to be saved under this key now, by whoever asks: it is not saved again with this turn unless it changes. */
  take(key: string): string | undefined {
    const state = this.#stateOf(key) ?? undefined;
    if (state !== undefined) this.#taken.set(key, state);
    this.note(key);
    return state;
  }

  /** Asks `changes` at every save for what else is to be kept. */
  alsoAsk(changes: () => Readonly<Record<string, string | null>>): void {
    this.#others.push(changes);
  }

  request(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#save());
  }

  #save(): void {
    this.#scheduled = false;
    const changes: Record<string, string | null> = {};
    for (const key of this.#changed) {
      const state = this.#stateOf(key);
      if (state === null || this.#taken.get(key) !== state) changes[key] = state;
    }
    this.#changed.clear();
    this.#taken.clear();
    for (const other of this.#others) Object.assign(changes, other());
    this.#keeper.acknowledge(this.#acknowledged, changes);
  }
}
