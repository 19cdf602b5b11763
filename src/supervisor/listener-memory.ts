import { NEW_POOL, type PoolState } from "../machine/listener-pool-state.ts";
import type { PooledEvent } from "../machine/listener-protocol.ts";

/** What earlier supervisors left behind about events. */
export interface ListenerMemory {
  /** The serial that the next event gets. */
  readonly nextSerial: number;
  /** By name. */
  readonly pools: ReadonlyMap<string, PoolState>;
}

type Changes = Record<string, string | null>;

/**
 * What must not be forgotten of the event system, as saved entries: the serial, each pool, and each event that waits. One
 * entry per event, so that a full buffer is not written again for each event that passes through it.
 */
export class ListenerNotes {
  readonly #written = new Map<string, string>();
  /** Entries of events, by pool; an event never changes, so its name is enough. */
  readonly #events = new Map<string, Set<string>>();

  /** States are never altered in place: the same object has nothing new. */
  readonly #told = new Map<string, PoolState>();

  /** Everything found in what the keeper kept; later changes are told against it. */
  restore(saved: Readonly<Record<string, string>>): ListenerMemory {
    const pools = new Map<string, PoolState>();
    const events: { readonly pool: string; readonly event: PooledEvent }[] = [];
    let nextSerial = 0;
    for (const [key, text] of Object.entries(saved)) {
      if (key === SERIAL) nextSerial = JSON.parse(text) as number;
      else if (key.startsWith(POOL)) pools.set(key.slice(POOL.length), JSON.parse(text) as PoolState);
      else if (key.startsWith(EVENT)) {
        const found = JSON.parse(text) as { pool: string; event: PooledEvent };
        events.push(found);
        this.#eventsOf(found.pool).add(key);
        continue;
      } else continue;
      this.#written.set(key, text);
    }
    events.sort((a, b) => a.event.poolserial - b.event.poolserial);
    for (const { pool, event } of events) {
      const state = pools.get(pool);
      if (state !== undefined) pools.set(pool, { ...state, buffer: [...state.buffer, event] });
    }
    return { nextSerial, pools };
  }

  /** What is different from what was told last. */
  changes(nextSerial: number, pools: ReadonlyMap<string, PoolState>): Changes {
    const changes: Changes = {};
    this.#write(SERIAL, JSON.stringify(nextSerial), changes);
    for (const [name, state] of pools) {
      if (this.#told.get(name) === state) continue;
      this.#told.set(name, state);
      this.#write(POOL + name, JSON.stringify(withoutWaits(state)), changes);
      this.#writeEvents(name, state.buffer, changes);
    }
    for (const key of this.#written.keys()) {
      if (key.startsWith(POOL) && !pools.has(key.slice(POOL.length))) this.#write(key, null, changes);
    }
    for (const name of this.#events.keys()) {
      if (pools.has(name)) continue;
      this.#writeEvents(name, [], changes);
      this.#events.delete(name);
      this.#told.delete(name);
    }
    return changes;
  }

  #writeEvents(pool: string, buffer: readonly PooledEvent[], changes: Changes): void {
    const before = this.#eventsOf(pool);
    const now = new Set<string>();
    for (const event of buffer) {
      const key = `${EVENT}${pool}/${event.poolserial}`;
      now.add(key);
      if (!before.has(key)) changes[key] = JSON.stringify({ pool, event });
    }
    for (const key of before) if (!now.has(key)) changes[key] = null;
    this.#events.set(pool, now);
  }

  #write(key: string, text: string | null, changes: Changes): void {
    if ((this.#written.get(key) ?? null) === text) return;
    changes[key] = text;
    if (text === null) this.#written.delete(key);
    else this.#written.set(key, text);
  }

  #eventsOf(pool: string): Set<string> {
    const known = this.#events.get(pool) ?? new Set();
    this.#events.set(pool, known);
    return known;
  }
}

// Processes are saved as `group:name`; none of these has a colon where theirs is.
const SERIAL = "events/serial";
const POOL = "events/pool/";
const EVENT = "events/waiting/";

/** Deadlines belong to one boot of the machine; whoever takes over tries at once. Events have entries of their own. */
function withoutWaits(state: PoolState): PoolState {
  const members = Object.entries(state.members).map(
    ([name, member]) => [name, { ...member, deafUntil: null }] as const,
  );
  return { ...NEW_POOL, ...state, buffer: [], members: Object.fromEntries(members), retryAt: null, untold: null };
}
