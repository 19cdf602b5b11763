/**
 * Where events become what listeners read: hears everything that happens in the supervisor, turns it into Supervisor's
 * events, numbers them and hands them to the pools that subscribed.
 *
 * Theory: an event that somebody wants must survive the death of this process. What pools hold is therefore saved in the
 * same step that acknowledges the keeper's news that led to it, and the answers of listeners come as news that the keeper
 * keeps until they are acknowledged. An event is saved as on its way to a listener before it is sent, and whoever takes
 * over asks the keeper again for every delivery under way: deliveries have numbers, and the keeper does none twice.
 */
import type { Clock } from "../clock/clock.ts";
import { TickTimer } from "../events/tick-timer.ts";
import { NEW_POOL, type PoolState } from "../machine/listener-pool-state.ts";
import type { LogLevel } from "../model/model.ts";
import { pythonRepr } from "../model/text/python-repr.ts";
import { eventPayload, outputEventName, TICK_PERIODS, type SupervisedEvent } from "../protocol/event-payload.ts";
import type { Keeper } from "../protocol/keeper.ts";
import { ListenerNotes } from "./listener-memory.ts";
import { ListenerPool } from "./listener-pool.ts";
import type { ManagedProcess } from "./managed-process.ts";
import { OutputTails } from "./output-tails.ts";
import type { ProcessGroup } from "./process-group.ts";
import type { Supervisor, SupervisorEvent } from "./supervisor.ts";

export interface ListenerPoolsOptions {
  readonly supervisor: Supervisor;
  readonly keeper: Keeper;
  readonly clock: Clock;
  /** `[supervisord] identifier`: the `server` of every event. */
  readonly identifier: string;
  readonly log: (level: LogLevel, message: string) => void;
  /** What the keeper kept for us: the serial goes on from there. */
  readonly saved: Readonly<Record<string, string>>;
  /** It is the keeper that an earlier supervisor had: it knows what was delivered. */
  readonly sameKeeper: boolean;
}

const TICK_NAMES = Object.keys(TICK_PERIODS) as (keyof typeof TICK_PERIODS)[];

export class ListenerPools {
  readonly #options: ListenerPoolsOptions;
  readonly #pools = new Map<string, ListenerPool>();
  readonly #notes = new ListenerNotes();
  readonly #memory: ReturnType<ListenerNotes["restore"]>;
  readonly #tails = new OutputTails();
  readonly #ticks: TickTimer;
  readonly #unsubscribe: () => void;
  readonly #save: () => void;
  #nextSerial: number;
  #stopping = false;
  /** What earlier supervisors left is not given up before there are groups to take it. */
  #begun = false;

  /** To be made before the supervisor has groups: what their first turn does not take up is forgotten. */
  constructor(options: ListenerPoolsOptions) {
    this.#options = options;
    this.#memory = this.#notes.restore(options.saved);
    this.#nextSerial = this.#memory.nextSerial;
    this.#ticks = new TickTimer(options.clock, (period, when) => {
      const name = TICK_NAMES.find((tick) => TICK_PERIODS[tick] === period);
      if (name !== undefined) this.#publish({ name, when });
    });
    this.#save = options.supervisor.saveAlso(() => this.#changes());
    this.#unsubscribe = options.supervisor.bus.subscribe((event) => this.#hear(event));
  }

  /** Resolves when these groups, as far as they are listeners, have answered all their events; at the latest at `deadline` (monotonic). */
  async settled(groups: Iterable<string>, deadline: number): Promise<void> {
    await Promise.all([...groups].map((group) => this.#pools.get(group)?.settled(deadline)));
  }

  close(): void {
    this.#unsubscribe();
    this.#ticks.want([]);
    for (const pool of this.#pools.values()) pool.close();
  }

  #hear(event: SupervisorEvent): void {
    this.#begun = true;
    switch (event.type) {
      case "state":
        return this.#stateChanged(event.process, event.event);
      case "capture":
        return this.#captured(event);
      case "log":
        return this.#logged(event);
      case "groupAdded":
        // A pool hears of its own group, and of none that was there before it.
        this.#addPool(event.group, NEW_POOL);
        return this.#publish({ name: "PROCESS_GROUP_ADDED", group: event.group.name });
      case "groupRestored":
        return this.#addPool(event.group, this.#memory.pools.get(event.group.name) ?? NEW_POOL);
      case "groupRemoved":
        this.#removePool(event.group.name);
        return this.#publish({ name: "PROCESS_GROUP_REMOVED", group: event.group.name });
      case "groupChanged":
        return this.#groupChanged(event.group);
      case "mood":
        return this.#moodChanged(event.mood !== "running");
      case "remoteCommunication":
        return this.#publish({ name: "REMOTE_COMMUNICATION", kind: event.name, data: event.data });
      case "changed":
      case "logsCleared":
        return;
    }
  }

  #stateChanged(process: ManagedProcess, change: Extract<SupervisorEvent, { type: "state" }>["event"]): void {
    for (const { stream, pid, bytes } of isRun(change.name) ? [] : this.#tails.end(process.key)) {
      this.#publish({ name: outputEventName("LOG", stream), ...namesOf(process), pid, data: bytes });
    }
    this.#pools.get(process.spec.group)?.memberChanged(process.spec.name, change);
    const { type: _, ...rest } = change;
    this.#publish({ ...rest, ...namesOf(process) });
  }

  #captured({ process, stream, pid, data }: Extract<SupervisorEvent, { type: "capture" | "log" }>): void {
    this.#publish({ name: outputEventName("COMMUNICATION", stream), ...namesOf(process), pid, data });
    this.#options.log("debug", `${pythonRepr(process.spec.name)} ${stream} emitted a comm event`);
  }

  #logged({ process, stream, pid, data }: Extract<SupervisorEvent, { type: "capture" | "log" }>): void {
    const pool = stream === "stdout" ? this.#pools.get(process.spec.group) : undefined;
    if (pool !== undefined) {
      // Words of an earlier incarnation: it is dead, and what it was busy with is in the buffer again.
      if (process.pid === 0 || process.pid === pid) pool.hear(process.spec.name, data);
      return;
    }
    const name = outputEventName("LOG", stream);
    if (!this.#isWanted(name)) return;
    const bytes = this.#tails.take(process.key, stream, pid, data);
    if (bytes.length > 0) this.#publish({ name, ...namesOf(process), pid, data: bytes });
  }

  #groupChanged(group: ProcessGroup): void {
    if (group.spec.kind !== "eventlistener") this.#removePool(group.name);
    else if (!this.#pools.has(group.name)) this.#addPool(group, NEW_POOL);
    this.#wantTicks();
  }

  #moodChanged(stopping: boolean): void {
    if (!stopping) this.#publish({ name: "SUPERVISOR_STATE_CHANGE_RUNNING" });
    else if (!this.#stopping) this.#publish({ name: "SUPERVISOR_STATE_CHANGE_STOPPING" });
    this.#stopping = stopping;
  }

  #addPool(group: ProcessGroup, state: PoolState): void {
    if (group.spec.kind !== "eventlistener") return;
    const { keeper, clock, identifier, log } = this.#options;
    const bufferWeight = (): number => MOST_WAITING / Math.max(1, this.#pools.size);
    const world = { keeper, clock, identifier, log, changed: this.#save, bufferWeight };
    const pool = new ListenerPool(group, world, state);
    this.#pools.set(group.name, pool);
    this.#wantTicks();
    pool.resume(this.#options.sameKeeper);
  }

  #removePool(name: string): void {
    this.#pools.get(name)?.close();
    if (this.#pools.delete(name)) this.#wantTicks();
    this.#save();
  }

  #publish(event: SupervisedEvent): void {
    const takers = [...this.#pools.values()].filter((pool) => pool.wants(event.name));
    if (takers.length === 0) return;
    // Numbers are for events that somebody takes, and the same in every pool.
    const serial = this.#nextSerial;
    this.#nextSerial = serial === Number.MAX_SAFE_INTEGER ? 0 : serial + 1;
    const numbered = { serial, name: event.name, payload: eventPayload(event) };
    for (const pool of takers) pool.offer(numbered);
  }

  #isWanted(name: SupervisedEvent["name"]): boolean {
    return [...this.#pools.values()].some((pool) => pool.wants(name));
  }

  #wantTicks(): void {
    this.#ticks.want(TICK_NAMES.filter((name) => this.#isWanted(name)).map((name) => TICK_PERIODS[name]));
  }

  #changes(): Readonly<Record<string, string | null>> {
    if (!this.#begun) return {};
    const states = new Map([...this.#pools].map(([name, pool]) => [name, pool.state] as const));
    return this.#notes.changes(this.#nextSerial, states);
  }
}

/** What the events of all pools together may weigh that wait (`eventWeight`). The keeper, which keeps them too, has 64 MB in all. */
const MOST_WAITING = 8 * 1024 * 1024;

function namesOf({ spec }: ManagedProcess): { readonly process: string; readonly group: string } {
  return { process: spec.name, group: spec.group };
}

/** Whether a process has more to print after this change. */
function isRun(name: string): boolean {
  return name === "PROCESS_STATE_STARTING" || name === "PROCESS_STATE_RUNNING" || name === "PROCESS_STATE_STOPPING";
}
