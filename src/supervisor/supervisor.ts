import type { Clock } from "../clock/clock.ts";
import { EventBus } from "../events/event-bus.ts";
import { explain } from "../machine/explain.ts";
import type { Waiting } from "../machine/gates.ts";
import type { GroupSpec, LogLevel, Model, ProcessSpec } from "../model/model.ts";
import type { Keeper, KeeperEvent, KeeperSnapshot, KeptEvent } from "../protocol/keeper.ts";
import { comeBack } from "./come-back.ts";
import { Inheritance } from "./inheritance.ts";
import { makeAutoLogs, type LaunchContext } from "./launch.ts";
import { logTroubleLine } from "./log-trouble.ts";
import { ManagedProcess } from "./managed-process.ts";
import { OutputHub } from "./output-hub.ts";
import { ProcessGroup } from "./process-group.ts";
import { ProcessWaits } from "./process-waits.ts";
import type { ProcessWorld } from "./process-world.ts";
import { isDown } from "./is-down.ts";
import { sharedSocketOf } from "./shared-socket.ts";
import { StartGates } from "./start-gates.ts";
import { StateSaver } from "./state-saver.ts";
import type { Mood, SupervisorEvent } from "./supervisor-event.ts";

export type { Mood, SupervisorEvent };

export interface SupervisorOptions {
  readonly keeper: Keeper;
  readonly clock: Clock;
  readonly context: LaunchContext;
  readonly log: (level: LogLevel, message: string) => void;
}

export interface StopOptions {
  /** The caller means to start it again afterwards, and a successor is to do so if we die in between. Default false. */
  readonly startAgain?: boolean;
  /** Why, in words, if nobody asked for it. Default "". */
  readonly because?: string;
}

/**
 * The running world: groups and their processes, and what is done to them as a whole. Everything in it can be rebuilt from
 * the model and what the keeper kept, because this process may be killed between any two lines.
 */
export class Supervisor {
  readonly bus: EventBus<SupervisorEvent>;
  /** Active groups: start order at boot, later ones at the end. */
  readonly groups = new Map<string, ProcessGroup>();
  readonly output: OutputHub;
  readonly context: LaunchContext;
  readonly #options: SupervisorOptions;
  readonly #gates: StartGates;
  readonly #byKey = new Map<string, ManagedProcess>();
  readonly #saver: StateSaver;
  readonly #inheritance = new Inheritance();
  readonly #waits = new ProcessWaits();
  readonly #world: ProcessWorld<ManagedProcess>;
  #all: readonly ManagedProcess[] | null = null;
  #mood: Mood = "running";

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.bus = new EventBus((error) =>
      options.log("error", `event listener failed: ${(error as Error).stack ?? String(error)}`),
    );
    this.bus.subscribe((event) => {
      if ("process" in event) this.#waits.changed(event.process);
    });
    this.context = {
      ...options.context,
      isListener: (group) => this.groups.get(group)?.spec.kind === "eventlistener",
      socketOf: (group) => sharedSocketOf(this.groups.get(group)?.spec),
    };
    this.output = new OutputHub(options.keeper);
    this.#saver = new StateSaver(options.keeper, (key) => {
      const process = this.#byKey.get(key);
      return process === undefined ? null : JSON.stringify(process.save());
    });
    this.#gates = new StartGates((program) => this.processesOf(program));
    this.#world = this.#makeWorld();
  }

  get mood(): Mood {
    return this.#mood;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** All processes, group by group: the same list until one comes or goes. */
  processes(): readonly ManagedProcess[] {
    this.#all ??= [...this.groups.values()].flatMap((group) => [...group.processes.values()]);
    return this.#all;
  }

  find(group: string, name: string): ManagedProcess | null {
    return this.groups.get(group)?.processes.get(name) ?? null;
  }

  processesOf(program: string): ManagedProcess[] {
    return this.processes().filter((process) => process.spec.program === program);
  }

  /** Why a process that wants to start is not started yet, if that is so. */
  waitingFor(process: ManagedProcess): readonly Waiting[] {
    return this.#gates.waitingFor(process);
  }

  /** One sentence on why a process is not running, or not ready; "" when all is well. */
  why(process: ManagedProcess): string {
    return explain(process.spec, process.life, {
      now: this.clock.monotonic(),
      waitingFor: this.waitingFor(process),
      comingBack: process.startAgain !== null,
      notReady: process.life.state === "RUNNING" && !process.ready ? process.readinessReason : null,
    });
  }

  /**
   * A fresh boot: creates all groups of the model; `startChosen` comes next. After a restart there may be programs that could not be
   * stopped: they are taken over, and not started a second time.
   */
  begin(model: Model, left: KeeperSnapshot): void {
    this.#inheritance.receive(left);
    for (const group of model.groups) this.addGroup(group, { autostart: false, makeLogs: false });
    this.bus.emit({ type: "mood", mood: "running" });
  }

  /** After a death of ours: takes up every process where the keeper and our own notes have it. */
  restore(model: Model, snapshot: KeeperSnapshot): void {
    this.#inheritance.receive(snapshot);
    // All groups first: what is found out about a process may concern a listener in any of them.
    for (const spec of model.groups) this.bus.emit({ type: "groupRestored", group: this.#createGroup(spec) });
    for (const process of this.processes()) {
      // One of which nothing is known had been taken out already: in another group, it would have come again.
      if (this.#inheritance.giveTo(process) === null && process.spec.autostart) process.startAgain = "returns";
    }
    for (const event of snapshot.pending) this.#takeEvent(event);
    for (const process of this.processes()) {
      if (process.wanted) this.requestStart(process);
      comeBack(this, process, "resumed");
    }
  }

  /** Takes a live event of the keeper. */
  handleKeeperEvent(event: KeeperEvent): void {
    switch (event.type) {
      case "output":
      case "gap":
        return this.output.deliver(event);
      case "exit":
      case "capture":
      case "log":
        return this.#takeEvent(event);
      case "logTrouble":
      case "eventsLost":
        this.#options.log(...logTroubleLine(event));
        return;
      case "socket":
      case "recordTrouble":
      case "relayed":
        // Not about a process: the daemon's to interpret.
        return;
    }
  }

  /** Starts a process as soon as what it depends on allows. `because`: why, in words, if nobody asked for it. */
  requestStart(process: ManagedProcess, because = ""): void {
    if (process.leaving) return;
    process.startAgain = null;
    process.because = because;
    process.wanted = !this.#gates.admit(process);
    if (process.wanted) this.#world.changed(process, null);
    else process.input({ type: "start" });
  }

  /** Starts a process now, whatever it depends on. */
  startNow(process: ManagedProcess): void {
    if (process.leaving) return;
    this.#gates.forget(process);
    process.startAgain = null;
    process.because = "";
    process.wanted = false;
    process.input({ type: "start" });
  }

  /** Has a process stopped; returns at once. */
  requestStop(process: ManagedProcess, options: StopOptions = {}): void {
    this.#gates.forget(process);
    process.because = options.because ?? "";
    process.startAgain = options.startAgain === true ? "planned" : null;
    process.wanted = false;
    this.#saver.note(process.key);
    process.input({ type: "stop" });
  }

  /** Resolves once `condition` holds; it is looked at again after every change of this process. */
  until(process: ManagedProcess, condition: () => boolean): Promise<void> {
    return this.#waits.until(process, condition);
  }

  /** Stops a process and waits until it is gone. */
  async stopAndWait(process: ManagedProcess, options: StopOptions = {}): Promise<void> {
    this.requestStop(process, options);
    await this.until(process, () => isDown(process));
  }

  /** `makeLogs: false`: whoever adds it sees to its AUTO logs. */
  addGroup(spec: GroupSpec, options: { readonly autostart: boolean; readonly makeLogs?: boolean }): ProcessGroup {
    const group = this.#createGroup(spec);
    this.bus.emit({ type: "groupAdded", group });
    for (const process of group.processes.values()) {
      this.#inheritance.giveTo(process)?.();
      if (options.makeLogs !== false) makeAutoLogs(process.spec, this.context);
    }
    if (options.autostart)
      for (const process of group.processes.values()) if (process.spec.autostart) this.requestStart(process);
    return group;
  }

  /** Removes a group whose processes are all down. */
  removeGroup(name: string): void {
    const group = this.groups.get(name);
    if (group === undefined) return;
    for (const process of group.processes.values()) this.#discard(process);
    this.groups.delete(name);
    this.#all = null;
    this.bus.emit({ type: "groupRemoved", group });
  }

  addProcess(group: ProcessGroup, spec: ProcessSpec): ManagedProcess {
    const process = this.#createProcess(group, spec);
    this.#inheritance.giveTo(process)?.();
    makeAutoLogs(process.spec, this.context);
    return process;
  }

  removeProcess(group: ProcessGroup, process: ManagedProcess): void {
    group.processes.delete(process.spec.name);
    this.#discard(process);
  }

  /**
   * Keeps more than processes: `changes` is asked for what is different with every save, so that it is stored together with
   * the acknowledgement of the events that led to it. Returns how to ask for a save.
   */
  saveAlso(changes: () => Readonly<Record<string, string | null>>): () => void {
    this.#saver.alsoAsk(changes);
    return () => this.#saver.request();
  }

  setMood(mood: Mood): void {
    this.#mood = mood;
    if (mood !== "running") this.#gates.clear();
    this.bus.emit({ type: "mood", mood });
  }

  #createGroup(spec: GroupSpec): ProcessGroup {
    const group = new ProcessGroup(spec);
    this.groups.set(spec.name, group);
    for (const process of spec.processes) this.#createProcess(group, process);
    return group;
  }

  #createProcess(group: ProcessGroup, spec: ProcessSpec): ManagedProcess {
    const process = new ManagedProcess(spec, this.#world);
    group.processes.set(spec.name, process);
    this.#byKey.set(process.key, process);
    this.#all = null;
    this.#saver.note(process.key);
    return process;
  }

  /** Ends programs that an earlier supervisor started and that no group has taken up. Resolves when they are gone. */
  dropInherited(): Promise<void> {
    const { keeper, clock, log } = this.#options;
    return this.#inheritance.drop(keeper, clock, (message) => log("warn", message));
  }

  #discard(process: ManagedProcess): void {
    this.#all = null;
    process.retire();
    this.#gates.forget(process);
    this.#byKey.delete(process.key);
    this.context.autoLogs.forget(process.key);
    this.#saver.note(process.key);
    this.#options.keeper.forget(process.key).catch((error: unknown) => {
      this.#options.log("warn", `the keeper could not forget ${process.key}: ${(error as Error).message}`);
    });
    // Its last word: whoever waits for it, follows it or keeps something about it lets go.
    this.bus.emit({ type: "changed", process });
  }

  #takeEvent(event: KeptEvent): void {
    if (!this.#saver.isNews(event.seq)) return;
    if (event.type === "exit") this.#inheritance.exited(event.key);
    const process = this.#byKey.get(event.key);
    if (process !== undefined) {
      if (event.type === "exit") process.exited(event);
      else this.bus.emit({ ...event, process, data: Buffer.from(event.data, "base64") });
    }
  }

  #makeWorld(): ProcessWorld<ManagedProcess> {
    const { keeper, clock, log } = this.#options;
    return {
      keeper,
      clock,
      context: this.context,
      log,
      output: this.output,
      accepting: () => this.#mood === "running",
      toSave: ({ key }) => this.#saver.take(key),
      changed: (process, event) => {
        this.#saver.note(process.key);
        this.bus.emit(event === null ? { type: "changed", process } : { type: "state", process, event });
        for (const next of this.#gates.released(process)) this.startNow(next);
      },
    };
  }
}
