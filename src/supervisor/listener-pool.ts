import type { Clock } from "../clock/clock.ts";
import type { EventEffect } from "../machine/effect.ts";
import { stepPool } from "../machine/listener-pool.ts";
import {
  isSettled,
  poolDeadline,
  type PoolEffect,
  type PoolInput,
  type PoolState,
} from "../machine/listener-pool-state.ts";
import type { PooledEvent } from "../machine/listener-protocol.ts";
import { processKey, type LogLevel } from "../model/model.ts";
import { eventEnvelope } from "../protocol/event-envelope.ts";
import { isSubscribed, type EventName } from "../protocol/event-types.ts";
import type { Keeper } from "../protocol/keeper.ts";
import type { ProcessGroup } from "./process-group.ts";

export interface ListenerPoolWorld {
  readonly keeper: Keeper;
  readonly clock: Clock;
  /** Identifier of the daemon, which every event names. */
  readonly identifier: string;
  log(level: LogLevel, message: string): void;
  /** There is something new to save. */
  changed(): void;
  /** What its events may weigh that wait: see `PoolSpec`. */
  readonly bufferWeight: () => number;
}

/**
 * Set to `bytes` in a listener's environment, it makes `len` count those: for listeners that read their stdin as bytes.
 * A variable and no option, so that a supervisord.conf with it is still one for Supervisor.
 */
const LENGTH_VARIABLE = "SUP_EVENT_LEN";

/** One pool of listeners and its processes: feeds the pool's machine, performs its effects, arms its one timer. */
export class ListenerPool {
  readonly group: ProcessGroup;
  readonly #world: ListenerPoolWorld;
  #state: PoolState;
  #disarm: () => void = () => {};
  /** Late answers of the keeper are no longer its business. */
  #closed = false;
  /** Called after each step. */
  readonly #looks = new Set<() => void>();

  constructor(group: ProcessGroup, world: ListenerPoolWorld, state: PoolState) {
    this.group = group;
    this.#world = world;
    this.#state = state;
  }

  get state(): PoolState {
    return this.#state;
  }

  wants(name: EventName): boolean {
    return isSubscribed(this.group.spec.listener?.events ?? [], name);
  }

  offer(event: Omit<PooledEvent, "poolserial">): void {
    this.#input({ type: "event", event });
  }

  /** One of its processes has printed something. */
  hear(member: string, bytes: Uint8Array): void {
    this.#input({ type: "output", member, bytes });
  }

  /** One of its processes has changed its state. */
  memberChanged(member: string, event: EventEffect): void {
    switch (event.name) {
      case "PROCESS_STATE_STARTING":
        return this.#input({ type: "starting", member });
      case "PROCESS_STATE_RUNNING":
        return this.#input({ type: "running", member });
      case "PROCESS_STATE_STOPPING":
      case "PROCESS_STATE_UNKNOWN":
        return this.#input({ type: "leaving", member });
      case "PROCESS_STATE_EXITED":
      case "PROCESS_STATE_STOPPED":
      case "PROCESS_STATE_BACKOFF":
      case "PROCESS_STATE_FATAL":
        return this.#input({ type: "died", member });
    }
  }

  /** After a restart of ours: what waited may be due. */
  resume(resend: boolean): void {
    this.#input({ type: "resumed", resend });
  }

  /** Resolves when all its events have been answered, or nobody is left who could; at the latest at `deadline` (monotonic). */
  settled(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        disarm();
        this.#looks.delete(look);
        resolve();
      };
      const look = (): void => {
        if (this.#closed || isSettled(this.#state)) end();
      };
      const disarm = this.#world.clock.at(deadline, end);
      this.#looks.add(look);
      look();
    });
  }

  close(): void {
    this.#input({ type: "closing" });
    this.#disarm();
    this.#closed = true;
    for (const look of this.#looks) look();
  }

  #input(input: PoolInput): void {
    if (this.#closed) return;
    const { spec, processes } = this.group;
    const now = this.#world.clock.monotonic();
    const poolSpec = {
      name: spec.name,
      bufferSize: spec.listener?.bufferSize ?? 1,
      bufferWeight: this.#world.bufferWeight(),
      members: [...processes.keys()],
    };
    const { pool, effects } = stepPool(poolSpec, this.#state, input, now);
    this.#state = pool;
    this.#arm();
    this.#world.changed();
    for (const effect of effects) this.#perform(effect);
    for (const look of this.#looks) look();
  }

  #perform(effect: PoolEffect): void {
    switch (effect.type) {
      case "log":
        return this.#world.log(effect.level, effect.message);
      case "send":
        // Saved first (that microtask was queued before this one), then sent: if we die in between, our successor finds that
        // it was to be sent, asks again, and the keeper knows whether it was.
        return queueMicrotask(() => this.#send(effect.member, effect.event, effect.delivery));
    }
  }

  #send(member: string, event: PooledEvent, delivery: number): void {
    const { name: pool } = this.group.spec;
    const envelope = { server: this.#world.identifier, pool, ...event, name: event.name as EventName };
    const wish = this.group.processes.get(member)?.spec.environment[LENGTH_VARIABLE];
    const bytes = eventEnvelope(envelope, wish === "bytes" ? "bytes" : "characters");
    this.#world.keeper.writeStdin(processKey({ group: pool, name: member }), bytes, `event ${delivery}`).then(
      (answer) => {
        if (answer === "queued") return;
        this.#input({ type: "unsent", member, poolserial: event.poolserial, why: answer });
      },
      () => {
        // The keeper is gone: so are we, in a moment.
      },
    );
  }

  #arm(): void {
    this.#disarm();
    const deadline = poolDeadline(this.#state);
    this.#disarm = deadline === null ? () => {} : this.#world.clock.at(deadline, () => this.#input({ type: "timer" }));
  }
}
