import type { PooledEvent } from "./listener-protocol.ts";

/**
 * Events in order, oldest first. Never altered: each change gives another queue, and costs the same however many wait.
 *
 * Theory: an array that only ever grows at its end is shared by the queues that came of one another, each of which sees its
 * own part of it. A copy is made only when two of them append to the same one, or when what is gone outweighs what is left.
 * With plain arrays, ten thousand events a second into a buffer of thousands made garbage of some hundred megabytes a second.
 */
export class EventQueue implements Iterable<PooledEvent> {
  static readonly EMPTY = new EventQueue([], 0, 0, 0);

  readonly #store: PooledEvent[];
  readonly #from: number;
  readonly #to: number;
  /** Of all that wait: see `eventWeight`. */
  readonly weight: number;

  private constructor(store: PooledEvent[], from: number, to: number, weight: number) {
    this.#store = store;
    this.#from = from;
    this.#to = to;
    this.weight = weight;
  }

  static of(events: Iterable<PooledEvent>): EventQueue {
    const store = [...events];
    return new EventQueue(store, 0, store.length, weightOf(store));
  }

  get length(): number {
    return this.#to - this.#from;
  }

  /** The event at this place, 0 being the oldest; `undefined` beyond either end. */
  at(place: number): PooledEvent | undefined {
    return place < 0 || place >= this.length ? undefined : this.#store[this.#from + place];
  }

  /** The place of this very event; -1 if it does not wait here. */
  indexOf(event: PooledEvent): number {
    const found = this.#store.indexOf(event, this.#from);
    return found === -1 || found >= this.#to ? -1 : found - this.#from;
  }

  /** Those from one place up to another. */
  slice(from: number, to = this.length): PooledEvent[] {
    return this.#store.slice(this.#from + from, this.#from + Math.min(to, this.length));
  }

  /** How many of the oldest weigh at least so much; all, if they do not. */
  oldestOf(weight: number): number {
    let count = 0;
    for (let left = weight; left > 0 && count < this.length; count++) left -= eventWeight(this.at(count)!);
    return count;
  }

  append(event: PooledEvent): EventQueue {
    // Somebody else has gone on from here, or nothing is worth keeping of what is there.
    const store = this.length === 0 || this.#store.length !== this.#to ? this.slice(0) : this.#store;
    const to = store.push(event);
    return new EventQueue(store, to - this.length - 1, to, this.weight + eventWeight(event));
  }

  /** Back to the head, where it nearly always was until now. */
  prepend(event: PooledEvent): EventQueue {
    if (this.#store[this.#from - 1] === event)
      return new EventQueue(this.#store, this.#from - 1, this.#to, this.weight + eventWeight(event));
    return EventQueue.of([event, ...this]);
  }

  /** Without its `count` oldest. */
  drop(count: number): EventQueue {
    const from = Math.min(this.#from + count, this.#to);
    const left = new EventQueue(this.#store, from, this.#to, this.weight - weightOf(this.slice(0, count)));
    return from < WORTH_A_COPY || from < left.length ? left : EventQueue.of(left);
  }

  [Symbol.iterator](): IterableIterator<PooledEvent> {
    return this.slice(0)[Symbol.iterator]();
  }

  toJSON(): readonly PooledEvent[] {
    return this.slice(0);
  }
}

/**
 * What an event takes where it is saved, as JSON, in bytes or a little more: a zero byte is six characters there, and one letter that
 * is not of Western Europe makes V8 take two bytes for each.
 */
export function eventWeight(event: PooledEvent): number {
  const known = WEIGHTS.get(event);
  if (known !== undefined) return known;
  const weight = event.name.length + textWeight(event.payload) + OVERHEAD;
  WEIGHTS.set(event, weight);
  return weight;
}

const WEIGHTS = new WeakMap<PooledEvent, number>();

function textWeight(text: string): number {
  let characters = text.length;
  let width = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) width = 2;
    // Half of a pair may be alone, and then is written in digits, too.
    if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) characters += 5;
    else if (code === 0x22 || code === 0x5c) characters += 1;
  }
  return characters * width;
}

function weightOf(events: readonly PooledEvent[]): number {
  return events.reduce((sum, event) => sum + eventWeight(event), 0);
}

const OVERHEAD = 200;
/** So few that are gone take no room worth mentioning. */
const WORTH_A_COPY = 64;
