import { EventQueue } from "./event-queue.ts";
import { NEW_LISTENER, type Listener, type ListenerLine, type PooledEvent } from "./listener-protocol.ts";

/** What a pool is told about itself at every step: the config may change under it. */
export interface PoolSpec {
  readonly name: string;
  /** Events that may wait; one more discards the oldest. */
  readonly bufferSize: number;
  /** What those that wait may weigh together (`eventWeight`): one that is alone may weigh more. */
  readonly bufferWeight: number;
  /** Names of its processes in order. */
  readonly members: readonly string[];
}

/** JSON-safe, but for the buffer, which is saved event by event. */
export interface PoolState {
  readonly nextPoolserial: number;
  readonly deliveries: number;
  readonly buffer: EventQueue;
  readonly members: Readonly<Record<string, Member>>;
  /** Rejections since an event was last accepted, and when the next attempt is due because of them. */
  readonly rejections: number;
  readonly retryAt: number | null;
  /** Events discarded since the pool was made. */
  readonly discarded: number;
  /** Discards not told yet: their number, the last one's serial, and when to tell. `null`: the next is told at once. */
  readonly untold: { readonly count: number; readonly serial: number; readonly due: number } | null;
}

export interface Member {
  readonly listener: Listener;
  readonly running: boolean;
  /** Its stdin did not take an event: not before then again. */
  readonly deafUntil: number | null;
}

export type PoolInput =
  | { readonly type: "event"; readonly event: Omit<PooledEvent, "poolserial"> }
  /** A process of the pool is being started: it is a new listener, who has not said anything. */
  | { readonly type: "starting"; readonly member: string }
  | { readonly type: "running"; readonly member: string }
  /** It is on its way down, or nobody knows: nothing more is sent to it, its answers still count. */
  | { readonly type: "leaving"; readonly member: string }
  | { readonly type: "died"; readonly member: string }
  | { readonly type: "output"; readonly member: string; readonly bytes: Uint8Array }
  /** The event could not be written to its stdin. */
  | { readonly type: "unsent"; readonly member: string; readonly poolserial: number; readonly why: "full" | "closed" }
  | { readonly type: "timer" }
  /**
   * A supervisor took over from one that died. `resend`: deliveries under way are asked for again, because nobody knows
   * whether they were; the keeper knows, and does none twice.
   */
  | { readonly type: "resumed"; readonly resend: boolean }
  /** It is the last input: what was not told yet is told now. */
  | { readonly type: "closing" };

export type PoolEffect =
  | { readonly type: "send"; readonly member: string; readonly event: PooledEvent; readonly delivery: number }
  | ({ readonly type: "log" } & ListenerLine);

export interface PoolStep {
  readonly pool: PoolState;
  readonly effects: readonly PoolEffect[];
}

/** A pool without events whose processes were never started. */
export const NEW_POOL: PoolState = {
  nextPoolserial: 0,
  deliveries: 0,
  buffer: EventQueue.EMPTY,
  members: {},
  rejections: 0,
  retryAt: null,
  discarded: 0,
  untold: null,
};

/** A member that is not there, or has just been started. */
export const ABSENT: Member = { listener: NEW_LISTENER, running: false, deafUntil: null };

/** Whether nothing is under way or waiting that one of its processes could still take. */
export function isSettled(pool: PoolState): boolean {
  const able = Object.values(pool.members).filter(({ running, listener }) => running && listener.state !== "UNKNOWN");
  if (able.length === 0) return true;
  return pool.buffer.length === 0 && able.every(({ listener }) => listener.state !== "BUSY");
}

/** When the pool wants a `timer`, monotonic milliseconds; `null`: not before something happens. */
export function poolDeadline(pool: PoolState): number | null {
  const due: number[] = [];
  if (pool.untold !== null && pool.untold.count > 0) due.push(pool.untold.due);
  if (pool.buffer.length > 0) {
    if (pool.retryAt !== null) due.push(pool.retryAt);
    for (const member of Object.values(pool.members)) {
      if (member.running && member.listener.state === "READY" && member.deafUntil !== null) due.push(member.deafUntil);
    }
  }
  return due.length === 0 ? null : Math.min(...due);
}
