/**
 * A pool of event listeners: one buffer of events, shared by processes that are interchangeable. Events go, oldest first, to
 * the first process in member order that is RUNNING and READY; one that is not accepted goes back to the head.
 *
 * Theory: Supervisor asks each pool once per turn of its loop; here every input that could make a delivery possible tries
 * at once. Two things of it are changed on purpose. A rejection concerns the pool it happened in and no other. And a pool
 * whose events are rejected again and again waits longer and longer between attempts, since a listener that always fails
 * would otherwise be asked some ten thousand times a second. A third is added: what waits is bounded by its weight as well, because it
 * is also kept by the keeper, whose memory must not depend on how much somebody prints.
 */
import { eventWeight } from "./event-queue.ts";
import { busyWith, hearListener, type ListenerLine, type ListenerStep, type PooledEvent } from "./listener-protocol.ts";
import {
  ABSENT,
  type Member,
  type PoolEffect,
  type PoolInput,
  type PoolSpec,
  type PoolState,
  type PoolStep,
} from "./listener-pool-state.ts";

/** @param now monotonic milliseconds. */
export function stepPool(spec: PoolSpec, before: PoolState, input: PoolInput, now: number): PoolStep {
  const turn = new Turn(spec, before, now);
  turn.take(input);
  turn.tellDiscards();
  turn.dispatch();
  return { pool: turn.pool, effects: turn.effects };
}

/** Milliseconds between two lines about discarded events. */
const TELL_EVERY = 10_000;
/** Milliseconds until a stdin that took nothing is tried again. */
const DEAF_FOR = 1000;
/** Milliseconds before the second retry in a row; doubled for each further one, up to the longest. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 30_000;

/** One step under way. */
class Turn {
  pool: PoolState;
  readonly effects: PoolEffect[] = [];
  readonly #spec: PoolSpec;
  readonly #now: number;

  constructor(spec: PoolSpec, pool: PoolState, now: number) {
    this.#spec = spec;
    this.#now = now;
    this.pool = pool;
  }

  take(input: PoolInput): void {
    switch (input.type) {
      case "event": {
        const poolserial = this.pool.nextPoolserial;
        this.pool = { ...this.pool, nextPoolserial: poolserial === Number.MAX_SAFE_INTEGER ? 0 : poolserial + 1 };
        return this.#buffer({ ...input.event, poolserial }, "tail");
      }
      case "starting":
      case "died":
        this.#takeBack(input.member);
        return this.#set(input.member, ABSENT);
      case "running":
        return this.#set(input.member, { ...this.#member(input.member), running: true });
      case "leaving":
        return this.#set(input.member, { ...this.#member(input.member), running: false });
      case "output":
        return this.#hear(input.member, hearListener(input.member, this.#member(input.member).listener, input.bytes));
      case "unsent":
        return this.#unsent(input);
      case "timer":
        return;
      case "resumed":
        for (const [member, { listener }] of input.resend ? Object.entries(this.pool.members) : []) {
          if (listener.state !== "BUSY") continue;
          this.effects.push({ type: "send", member, event: listener.event, delivery: listener.delivery });
        }
        return;
      case "closing":
        if (this.pool.untold !== null) this.pool = { ...this.pool, untold: { ...this.pool.untold, due: this.#now } };
        return;
    }
  }

  /** Discards that were not told when they happened are told together. */
  tellDiscards(): void {
    const { untold } = this.pool;
    if (untold === null || this.#now < untold.due) return;
    if (untold.count === 0) {
      this.pool = { ...this.pool, untold: null };
      return;
    }
    const which = untold.count === 1 ? `event ${untold.serial}` : `${untold.count} events up to ${untold.serial}`;
    this.#log("error", `pool ${this.#spec.name} event buffer overflowed, discarding ${which}`);
    this.pool = { ...this.pool, untold: { count: 0, serial: 0, due: this.#now + TELL_EVERY } };
  }

  dispatch(): void {
    this.#endWaits();
    while (this.pool.retryAt === null) {
      const event = this.pool.buffer.at(0);
      const name = event === undefined ? undefined : this.#spec.members.find((member) => this.#takesEvents(member));
      if (event === undefined || name === undefined) return;
      const delivery = this.pool.deliveries + 1;
      this.pool = { ...this.pool, buffer: this.pool.buffer.drop(1), deliveries: delivery };
      this.#set(name, { running: true, deafUntil: null, listener: busyWith(event, delivery) });
      this.effects.push({ type: "send", member: name, event, delivery });
      this.#log("debug", `event ${event.serial} sent to listener ${name}`);
    }
  }

  #takesEvents(name: string): boolean {
    const { running, listener, deafUntil } = this.#member(name);
    return running && listener.state === "READY" && deafUntil === null;
  }

  /** What is over must not look like a deadline any more. */
  #endWaits(): void {
    if (this.pool.retryAt !== null && this.#now >= this.pool.retryAt) this.pool = { ...this.pool, retryAt: null };
    for (const [name, member] of Object.entries(this.pool.members)) {
      if (member.deafUntil !== null && this.#now >= member.deafUntil) this.#set(name, { ...member, deafUntil: null });
    }
  }

  #hear(name: string, { listener, lines, settled }: ListenerStep): void {
    this.#set(name, { ...this.#member(name), listener });
    for (const line of lines) this.effects.push({ type: "log", ...line });
    if (settled === null) return;
    if (settled.accepted) this.pool = { ...this.pool, rejections: 0, retryAt: null };
    else this.#rejected(settled.event);
  }

  /** What a listener was busy with when it went is the pool's again. */
  #takeBack(name: string): void {
    const { listener } = this.#member(name);
    if (listener.state === "BUSY") this.#rejected(listener.event);
  }

  #rejected(event: PooledEvent): void {
    const rejections = this.pool.rejections + 1;
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (rejections - 2));
    this.pool = { ...this.pool, rejections, retryAt: rejections === 1 ? null : this.#now + delay };
    this.#rebuffer(event);
  }

  #unsent({ member: name, poolserial, why }: Extract<PoolInput, { type: "unsent" }>): void {
    const { listener, running } = this.#member(name);
    // It has died or answered meanwhile: then that is what counts.
    if (listener.state !== "BUSY" || listener.event.poolserial !== poolserial) return;
    const { serial } = listener.event;
    const trouble = why === "closed" ? "epipe occurred" : "stdin was full";
    this.#log("debug", `${trouble} while sending event ${serial} to listener ${name}, listener state unchanged`);
    this.#set(name, { running, listener: { state: "READY" }, deafUntil: this.#now + DEAF_FOR });
    this.#rebuffer(listener.event);
  }

  #rebuffer(event: PooledEvent): void {
    const { name, bufferSize } = this.#spec;
    const size = this.pool.buffer.length;
    this.#log("debug", `rebuffering event ${event.serial} for pool ${name} (buf size=${size}, max=${bufferSize})`);
    this.#buffer(event, "head");
  }

  #buffer(event: PooledEvent, end: "head" | "tail"): void {
    // By number, more than one goes at once only after an edit has made the buffer smaller.
    const { bufferSize, bufferWeight } = this.#spec;
    const heavy = this.pool.buffer.oldestOf(this.pool.buffer.weight + eventWeight(event) - bufferWeight);
    const excess = Math.max(0, this.pool.buffer.length - bufferSize + 1, heavy);
    for (const gone of this.pool.buffer.slice(0, excess)) this.#noteDiscard(gone);
    const rest = this.pool.buffer.drop(excess);
    this.pool = { ...this.pool, buffer: end === "head" ? rest.prepend(event) : rest.append(event) };
  }

  #noteDiscard({ serial }: PooledEvent): void {
    const { untold, discarded } = this.pool;
    const due = this.#now + TELL_EVERY;
    if (untold === null || (untold.count === 0 && this.#now >= untold.due)) {
      this.#log("error", `pool ${this.#spec.name} event buffer overflowed, discarding event ${serial}`);
      this.pool = { ...this.pool, discarded: discarded + 1, untold: { count: 0, serial, due } };
    } else {
      this.pool = {
        ...this.pool,
        discarded: discarded + 1,
        untold: { count: untold.count + 1, serial, due: untold.due },
      };
    }
  }

  #member(name: string): Member {
    return this.pool.members[name] ?? ABSENT;
  }

  /** Also lets go of those who are no members any more. */
  #set(name: string, member: Member): void {
    const known = this.#spec.members.filter((one) => one !== name && this.pool.members[one] !== undefined);
    const members: Record<string, Member> = {};
    for (const one of known) members[one] = this.#member(one);
    if (this.#spec.members.includes(name)) members[name] = member;
    this.pool = { ...this.pool, members };
  }

  #log(level: ListenerLine["level"], message: string): void {
    this.effects.push({ type: "log", level, message });
  }
}
