import { EventQueue } from "../machine/event-queue.ts";
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
  /** Events that have an entry, by pool. */
  readonly #events = new Map<string, EventQueue>();
  /** States are never altered in place: the same object has nothing new. */
  readonly #told = new Map<string, PoolState>();

  /** Everything found in what the keeper kept; later changes are told against it. */
  restore(saved: Readonly<Record<string, string>>): ListenerMemory {
    const pools = new Map<string, PoolState>();
    const waiting = new Map<string, PooledEvent[]>();
    let nextSerial = 0;
    for (const [key, text] of Object.entries(saved)) {
      if (key.startsWith(EVENT)) {
        const { pool, event } = JSON.parse(text) as { readonly pool: string; readonly event: PooledEvent };
        waiting.set(pool, waiting.get(pool) ?? []);
        waiting.get(pool)?.push(event);
        continue;
      }
      if (key === SERIAL) nextSerial = JSON.parse(text) as number;
      else if (key.startsWith(POOL))
        pools.set(key.slice(POOL.length), { ...(JSON.parse(text) as PoolState), buffer: EventQueue.EMPTY });
      else continue;
      this.#written.set(key, text);
    }
    for (const [pool, events] of waiting) {
      const buffer = EventQueue.of(events.sort((a, b) => a.poolserial - b.poolserial));
      const state = pools.get(pool);
      if (state !== undefined) pools.set(pool, { ...state, buffer });
      this.#events.set(pool, buffer);
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
      this.#writeEvents(name, EventQueue.EMPTY, changes);
      this.#events.delete(name);
      this.#told.delete(name);
    }
    return changes;
  }

  #writeEvents(pool: string, buffer: EventQueue, changes: Changes): void {
    const before = this.#events.get(pool) ?? EventQueue.EMPTY;
    const { gone, come } = difference(before, buffer);
    for (const event of gone) changes[entry(pool, event)] = null;
    for (const event of come) changes[entry(pool, event)] = JSON.stringify({ pool, event });
    this.#events.set(pool, buffer);
  }

  #write(key: string, text: string | null, changes: Changes): void {
    if ((this.#written.get(key) ?? null) === text) return;
    changes[key] = text;
    if (text === null) this.#written.delete(key);
    else this.#written.set(key, text);
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
  const nothing = { buffer: EventQueue.EMPTY, retryAt: null, untold: null };
  return { ...NEW_POOL, ...state, ...nothing, members: Object.fromEntries(members) };
}

function entry(pool: string, event: PooledEvent): string {
  return `${EVENT}${pool}/${event.poolserial}`;
}

/**
 * What differs between two states of a buffer. Nearly always some have gone at its head and some have come at its tail:
 * then this costs no more than these, however many wait in between.
 */
function difference(before: EventQueue, now: EventQueue) {
  const first = now.at(0);
  const start = first === undefined ? before.length : before.indexOf(first);
  const kept = before.length - start;
  if (start !== -1 && kept <= now.length && (kept === 0 || now.at(kept - 1) === before.at(before.length - 1))) {
    return { gone: before.slice(0, start), come: now.slice(kept) };
  }
  const known = new Set(before);
  const still = new Set(now);
  return {
    gone: before.slice(0).filter((event) => !still.has(event)),
    come: now.slice(0).filter((event) => !known.has(event)),
  };
}
