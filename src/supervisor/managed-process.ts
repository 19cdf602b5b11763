import type { Effect } from "../machine/effect.ts";
import type { ExitedInput, Input } from "../machine/input.ts";
import { initialLife, pidOf, type Exit, type Life } from "../machine/life.ts";
import { step } from "../machine/lifecycle.ts";
import { signalText } from "../machine/signal-name.ts";
import { processKey, type ProcessSpec } from "../model/model.ts";
import type { ExitEvent, KeptProcess, StreamName } from "../protocol/keeper.ts";
import { logsOf, prepareLaunch, stopOf } from "./launch.ts";
import { endStrays, type BackgroundStrays } from "./background-strays.ts";
import { backgroundText } from "./background-text.ts";
import { endLeft } from "./end-left.ts";
import { exitOf } from "./exit-of.ts";
import { GroupSurvivors } from "./group-survivors.ts";
import type { ProcessWorld } from "./process-world.ts";
import { NOT_CHECKED, Readiness, readinessWorld } from "./readiness.ts";
import { RunOutput, type LogPosition } from "./run-output.ts";
import type { SavedProcess } from "./saved-state.ts";
import { isShortage, spawnError } from "./spawn-error.ts";
import { wakeFor } from "./wake-for.ts";

/**
 * One supervised process: feeds the lifecycle machine, performs its effects, arms its one timer. Decides nothing.
 *
 * Inputs are queued: an effect may produce the next input at once (a command that is not found), and the machine must have
 * finished the first before it sees the second.
 */
export class ManagedProcess {
  readonly key: string;
  /** Wall clock seconds of the last spawn and end; for display. */
  wallStart = 0;
  wallStop = 0;
  /** How its last run ended, also while the next one is on; `null` if none has. */
  lastEnd: Exit | null = null;
  /** Starts that nobody asked for. */
  restarts = 0;
  /** It was asked to start and waits for what it depends on. */
  wanted = false;
  /** Why it is being stopped or started, in words; "" if somebody just asked for that. */
  because = "";
  /** Stopped only to be started again: by whoever stops it, else by the next supervisor, at once or if the config still has it. */
  startAgain: "planned" | "resumed" | "returns" | null = null;
  /** What an edit makes of it as soon as it is down: whoever starts it next starts this. `null`: it stays what it is. */
  next: ProcessSpec | null = null;
  /** The config has it no more: nobody can start it, and it is removed as soon as it is down. */
  leaving = false;
  /** Removed from its group: late answers of the keeper are no longer its business. */
  retired = false;
  #spec: ProcessSpec;
  #life: Life = initialLife();
  readonly #world: ProcessWorld<ManagedProcess>;
  /** Made when they are needed: most programs need neither, and there may be thousands. */
  #readiness: Readiness | null = null;
  #survivors: GroupSurvivors | null = null;
  #strays: BackgroundStrays | null = null;
  readonly #queue: Input[] = [];
  #busy = false;
  #disarm: (() => void) | null = null;
  /** The readiness check has passed in this run; a line of output may do so before the process counts as RUNNING. */
  #passed = false;
  readonly #output: RunOutput;

  constructor(spec: ProcessSpec, world: ProcessWorld<ManagedProcess>) {
    this.#spec = spec;
    this.#world = world;
    this.key = processKey(spec);
    this.#output = new RunOutput(this.key, world.output, world.context);
  }

  get spec(): ProcessSpec {
    return this.#spec;
  }

  get life(): Life {
    return this.#life;
  }

  get pid(): number {
    return pidOf(this.#life);
  }

  /** Someone stopped it on purpose: an edit of the config does not start it again. */
  get stoppedByOperator(): boolean {
    return this.#life.state === "STOPPED" && this.#life.reason === "operator";
  }

  /** RUNNING, with its readiness check passed if it has one. */
  get ready(): boolean {
    return this.#passed && this.#life.state === "RUNNING";
  }

  /** Where in the log file the output of this daemon's programs begins; what is before it is from another time. */
  outputAtBoot(stream: StreamName): LogPosition {
    return this.#output.bootPosition(stream);
  }

  get readinessReason(): string {
    return this.#readiness?.reason ?? NOT_CHECKED;
  }

  /** Ends what its runs have left, if it is down: see `end-left.ts`. */
  endLeft(): Promise<void> {
    return endLeft(this.#world.keeper, this.#world.clock, this);
  }

  /** Feeds the machine. Its effects have been set going when this returns. */
  input(input: Input): void {
    if (input.type === "start" && this.leaving) return;
    this.#queue.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#take(next);
    } finally {
      this.#busy = false;
    }
  }

  /** The config has changed in keys that need no restart. Limits of log files reach the keeper at once. */
  respec(spec: ProcessSpec): void {
    const checkChanged = JSON.stringify(spec.ready) !== JSON.stringify(this.#spec.ready);
    this.#spec = spec;
    this.next = null;
    // Whoever is ready stays so; whoever is not is asked the new question.
    if (checkChanged && !this.#passed && (this.#life.state === "RUNNING" || this.#readiness !== null)) {
      this.#forgetReadiness();
      if (this.#life.state === "RUNNING" || spec.ready?.check.kind === "log") this.#watchReadiness();
    }
    if (this.pid !== 0) {
      this.#world.keeper.setLogs(this.key, logsOf(spec, this.#world.context), stopOf(spec)).catch((error: unknown) => {
        this.#world.log("warn", `cannot change the logs of ${spec.name}: ${(error as Error).message}`);
      });
    }
    this.#world.changed(this, null);
  }

  /** The keeper says that an incarnation has ended; perhaps long ago, while no supervisor was there to hear it. */
  exited(event: ExitEvent): void {
    const { pid, incarnation, monotonic: at } = event;
    this.wallStop = Math.floor(event.at / 1000);
    this.lastEnd = exitOf(event);
    const background = event.left === undefined ? {} : { background: backgroundText(event.left, this.#spec.command) };
    const exited = { type: "exited", pid, incarnation, ...this.lastEnd, at, ...background } as const;
    const isStopped = this.#life.state === "STOPPING" && this.#life.incarnation === incarnation;
    if (isStopped && this.#spec.killasgroup) {
      this.#holdBack(exited);
      return this.#world.changed(this, null); // to be saved with the acknowledgement
    }
    this.input(exited);
    this.#strays = endStrays(this.#spec, this.#life, this.key, this.#world);
  }

  /** Sends a signal that somebody asked for by hand, to the process alone. Resolves with why not, or `null`. */
  async sendSignal(signal: number): Promise<string | null> {
    this.#world.log("debug", `sending ${this.#spec.name} (pid ${this.pid}) sig ${signalText(signal)}`);
    const { incarnation } = this.#life;
    const result = await this.#world.keeper.signal(this.key, signal, "process");
    if (result.ok) return null;
    this.input({ type: "signalRefused", errno: result.errno, during: "signal", incarnation });
    // That it just ended by itself is no failure: its exit is on its way.
    return result.errno === "ESRCH" ? null : result.errno;
  }

  save(): SavedProcess {
    const output = this.#output.save();
    return {
      life: this.#life,
      wallStart: this.wallStart,
      wallStop: this.wallStop,
      restarts: this.restarts,
      ...(this.lastEnd === null ? {} : { lastEnd: this.lastEnd }),
      ...(output === null ? {} : { output }),
      ready: this.#passed,
      wanted: this.wanted,
      startAgain: this.startAgain !== null && (this.leaving || this.startAgain === "returns" ? "returns" : true),
      autoLogs: this.#world.context.autoLogs.save(this.key),
      ...(this.#survivors === null || this.#survivors.held === null ? {} : { leaderExit: this.#survivors.held }),
    };
  }

  /** Takes over what an earlier supervisor saved, and what the keeper says about the process now. */
  restore(saved: SavedProcess | null, kept: KeptProcess | null): void {
    if (saved !== null) {
      this.#life = saved.life;
      this.wallStart = saved.wallStart;
      this.wallStop = saved.wallStop;
      this.restarts = saved.restarts;
      this.lastEnd = saved.lastEnd ?? saved.life.lastExit;
      this.#passed = saved.ready;
      this.wanted = saved.wanted;
      this.startAgain = saved.startAgain === true ? "resumed" : saved.startAgain || null;
      this.#world.context.autoLogs.restore(this.key, saved.autoLogs);
      if (saved.output !== undefined) this.#output.restore(saved.output);
      if (saved.leaderExit !== undefined) this.#holdBack(saved.leaderExit);
    }
    if (kept !== null && kept.pid !== 0 && (this.pid !== kept.pid || this.#life.incarnation !== kept.incarnation)) {
      // It was started, but the earlier supervisor died before it could note that.
      this.wallStart = Math.floor(kept.startedAt / 1000);
      const startedAt = this.#world.clock.monotonic() - Math.max(0, this.#world.clock.wall() - kept.startedAt);
      this.input({ type: "adopted", pid: kept.pid, incarnation: kept.incarnation, startedAt });
    } else if (
      this.#life.state === "STARTING" &&
      this.#life.pid === null &&
      (kept === null || kept.incarnation < this.#life.incarnation)
    ) {
      // The request to start it never arrived.
      this.#spawn(this.#life.incarnation);
    }
    if (this.#life.state === "RUNNING" && !this.#passed) this.#watchReadiness();
    if (kept !== null) this.#strays = endStrays(this.#spec, this.#life, this.key, this.#world);
    this.#arm();
  }

  /** As if an operator had stopped it: it takes the place of one that was, under another group's name. */
  holdStopped(): void {
    if (this.#life.state === "STOPPED") this.#life = { ...this.#life, reason: "operator" };
    this.#world.changed(this, null);
  }

  /** Nothing of this object may act any more: it was removed, or the daemon ends. */
  retire(): void {
    this.leaving = this.retired = true;
    this.#disarm?.();
    this.#readiness?.cancel();
    this.#survivors?.cancel();
    this.#strays?.cancel();
  }

  #take(input: Input): void {
    const now = this.#world.clock.monotonic();
    const { life, effects } = step(this.#spec, this.#life, input, { now, accepting: this.#world.accepting() });
    // V8 gives what `{ ...life }` makes a hidden class of its own each time, once it has seen a few shapes: that is larger than a life.
    this.#life = Object.assign({}, life);
    if (life.state !== "FATAL") this.#strays?.endNow();
    for (const effect of effects) this.#perform(effect, input);
    this.#arm();
    this.#world.changed(this, null);
  }

  #holdBack(exited: ExitedInput): void {
    const { keeper, clock } = this.#world;
    (this.#survivors ??= new GroupSurvivors(keeper, clock, this.key, (held) => this.input(held))).hold(exited);
  }

  #perform(effect: Effect, cause: Input): void {
    switch (effect.type) {
      case "spawn":
        if (cause.type === "timer" || cause.type === "exited") this.restarts++;
        return this.#spawn(effect.incarnation);
      case "signal":
        return this.#signal(effect.signal, effect.target);
      case "log":
        return this.#world.log(effect.level, effect.message);
      case "event":
        if (effect.name === "PROCESS_STATE_RUNNING") this.#watchReadiness();
        else this.#forgetReadiness();
        this.#world.changed(this, effect);
        // It explains one step, not the next.
        this.because = "";
    }
  }

  #spawn(incarnation: number): void {
    this.#spec = this.next ?? this.#spec;
    this.wallStart = Math.floor(this.#world.clock.wall() / 1000);
    const fail = (message: string, shortage = false): void =>
      this.input({ type: "spawnFailed", message, shortage, incarnation });
    let prepared: ReturnType<typeof prepareLaunch>;
    try {
      prepared = prepareLaunch(this.#spec, incarnation, this.#world.context);
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? "EIO";
      return fail(`unknown error making dispatchers for '${this.#spec.name}': ${errno}`, isShortage(errno));
    }
    if (!prepared.ok) return fail(prepared.message);
    const socketUrl = prepared.request.socket?.url ?? "";
    this.#output.begin(this.#spec);
    if (this.#spec.ready?.check.kind === "log") this.#watchReadiness();
    this.#world.keeper.start(prepared.request, this.#world.toSave(this)).then(
      (result) => {
        if (this.retired) return;
        if (result.ok) this.input({ type: "spawned", pid: result.pid, incarnation });
        else fail(spawnError(this.#spec.name, result, socketUrl), isShortage(result.errno));
      },
      () => {}, // the keeper is gone: so are we, in a moment
    );
  }

  #signal(signal: number, target: "process" | "group"): void {
    const { incarnation } = this.#life;
    this.#world.keeper.signal(this.key, signal, target).then(
      (result) => {
        if (!result.ok && !this.retired) this.input({ type: "signalRefused", errno: result.errno, incarnation });
      },
      () => {}, // as above
    );
  }

  #watchReadiness(): void {
    const { ready } = this.#spec;
    if (ready === null) this.#passed = true;
    if (ready === null || this.#readiness !== null) return;
    this.#readiness = new Readiness();
    this.#readiness.start(ready, readinessWorld(this.#spec, this.#world, this.#output), () => {
      this.#passed = true;
      this.#world.changed(this, null);
    });
  }

  #forgetReadiness(): void {
    this.#passed = false;
    this.#readiness?.cancel();
    this.#readiness = null;
  }

  #arm(): void {
    this.#disarm?.();
    this.#disarm = wakeFor(this.#life, this.#world.clock, () => this.input({ type: "timer" }));
  }
}
