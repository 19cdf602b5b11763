/**
 * The supervisor as the keeper's child: started with a socket as fd 3 and a channel for descriptors as fd 4, started again when
 * it dies.
 *
 * A supervisor ends properly by asking the keeper to quit. Any other end is a crash: it is started again after 10 ms. Ten
 * crashes at a time may come like this, and one more for each second that passes: whoever kills it now and then is not to
 * leave the programs without it. Beyond that the wait doubles, up to 30 s, because what falls over at once will do so again.
 * One for which there is no room is no crash: it is tried again every second.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { Duplex } from "node:stream";
import { RESTART_STATUS } from "../protocol/keeper.ts";
import { errnoOf } from "./kernel/errno.ts";
import { HeldSockets } from "./sockets/held-sockets.ts";
import { serveKeeper, type SupervisorConnection } from "./serve.ts";
import { spawnSupervisor } from "./supervisor-process.ts";
import type { KeeperCore } from "./keeper-core.ts";

export class SupervisorChild {
  readonly #keeper: KeeperCore;
  #command: readonly string[];
  /** The command of before an upgrade. */
  #before: readonly string[] | null = null;
  /** The new one has proved nothing yet. */
  #isOnTrial = false;
  /** Crashes of the new one since, each of one that had not lived long. */
  #failures = 0;
  readonly #log: (line: string) => void;
  readonly #news: SupervisorNews;
  readonly #say: ((chunk: Uint8Array) => void) | null;
  readonly #sockets = new HeldSockets();
  readonly #crashes: number[] = [];
  #child: ChildProcess | null = null;
  #connection: SupervisorConnection | null = null;
  /** The last of the latest one's output has been read. */
  #silent: Promise<void> = Promise.resolve();
  #starts = 0;
  #startedAt = 0;
  /** One for each crash, one less for each second since. */
  #heat = 0;
  #heatAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #over = false;
  #gone: (() => void)[] = [];
  /** There was no room for the latest one. */
  #isShort = false;

  /** `say` takes what it prints; `null`: that goes where our own output goes. */
  constructor(
    keeper: KeeperCore,
    command: readonly string[],
    log: (line: string) => void,
    news: SupervisorNews,
    say: ((chunk: Uint8Array) => void) | null = null,
  ) {
    this.#say = say;
    this.#keeper = keeper;
    this.#command = command;
    this.#log = log;
    this.#news = news;
    keeper.supervisors = () => ({ restarts: Math.max(0, this.#starts - 1), recentCrashes: this.#recentCrashes() });
    keeper.onSuperviseWith = (program) => this.#upgrade(program);
    keeper.events.onClose(() => {
      this.end();
      this.#sockets.closeAll();
    });
  }

  /** Messages from the present supervisor so far; 0 when there is none. */
  get heard(): number {
    return this.#connection?.heard ?? 0;
  }

  /** A supervisor is there that is told of what happens. */
  get hears(): boolean {
    return this.#connection?.hears ?? false;
  }

  /** `early` is one that was started for this keeper already, by `spawnSupervisor`; if it is gone, another takes its place. */
  start(early: ChildProcess | null = null): void {
    const restarts = this.#starts++;
    this.#startedAt = performance.now();
    const lives = early?.pid !== undefined && early.exitCode === null && early.signalCode === null;
    const child = early !== null && lives ? early : this.#spawn(restarts);
    if (child === null) return;
    this.#child = child;
    child.on("error", (error) => {
      if (child.pid === undefined) this.#ended(child, error.message, SHORTAGES.has(errnoOf(error)));
    });
    child.on("exit", (code, signal) => this.#ended(child, signal ?? `exit status ${code}`));
    this.#silent = new Promise((resolve) => child.once("close", () => resolve()));
    // Without a process it may have nothing of what its type promises.
    if (child.pid === undefined) return;
    this.#isShort = false;
    this.#sockets.attach(child);
    const say = this.#say;
    if (say !== null) for (const stream of [child.stdout, child.stderr]) stream?.on("data", say);
    const stream = child.stdio[3];
    if (stream instanceof Duplex) {
      this.#connection = serveKeeper(this.#keeper, stream, this.#news.ready);
      stream.on("data", (chunk: Uint8Array) => this.#news.heard(chunk.length));
    }
  }

  /** Node tells of some shortages later, by an event, and throws the others, such as ENOMEM. `null`: it has, and that is dealt with. */
  #spawn(restarts: number): ChildProcess | null {
    try {
      return spawnSupervisor(this.#command, restarts, this.#say === null ? "inherit" : "pipe");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#ended(null, reason, SHORTAGES.has(errnoOf(error)));
      return null;
    }
  }

  /** No further restart. */
  end(): void {
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Resolves when no supervisor runs any more and all it printed was heard; after `milliseconds` it is killed. */
  async gone(milliseconds: number): Promise<void> {
    const child = this.#child;
    const timer = setTimeout(() => child?.kill("SIGKILL"), milliseconds);
    if (child !== null) await new Promise<void>((resolve) => this.#gone.push(resolve));
    clearTimeout(timer);
    if (this.#say === null) return;
    // Whoever inherited its output, such as an evaluator, may hold it open longer.
    const patience = new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref());
    await Promise.race([this.#silent, patience]);
  }

  /** @param short there is no room for its process, which is no fault of its own, and says nothing of a new version. */
  #ended(child: ChildProcess | null, how: string, short = false): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#connection?.close();
    this.#connection = null;
    for (const resolve of this.#gone.splice(0)) resolve();
    if (this.#over) return;
    if (how === `exit status ${RESTART_STATUS}`) {
      this.#timer = setTimeout(() => this.start(), 0);
      return this.#news.died();
    }
    if (short) {
      if (!this.#isShort) this.#log(`the supervisor cannot be started: ${how}; trying again every ${TRY_AGAIN} ms`);
      this.#isShort = true;
      this.#timer = setTimeout(() => this.start(), TRY_AGAIN);
      return this.#news.died();
    }
    const now = performance.now();
    this.#crashes.push(now);
    this.#goBack();
    this.#heat = Math.max(0, this.#heat - (now - this.#heatAt) / 1000) + 1;
    this.#heatAt = now;
    const delay = Math.min(LONGEST_DELAY, Math.round(FIRST_DELAY * 2 ** Math.max(0, this.#heat - COOL)));
    this.#log(`the supervisor (pid ${child?.pid ?? "none"}) died: ${how}; starting it again in ${delay} ms`);
    this.#timer = setTimeout(() => this.start(), delay);
    this.#news.died();
  }

  /** The program that it is to be is new: the one before was this, and is taken again if it cannot live. */
  isAfter(program: readonly [string, string]): void {
    this.#before = this.#with(program);
    this.#isOnTrial = true;
    this.#failures = 0;
  }

  #upgrade(program: readonly [string, string]): void {
    if (!this.#isOnTrial) this.#before = this.#command;
    this.#isOnTrial = true;
    this.#failures = 0;
    this.#command = this.#with(program);
  }

  #with(program: readonly [string, string]): readonly string[] {
    return [...program, ...this.#command.slice(program.length)];
  }

  /** A new version that cannot live, or is removed at any time later, is no reason for programs to be without a supervisor. */
  #goBack(): void {
    if (performance.now() - this.#startedAt > TRIAL_LASTS) this.#isOnTrial = false;
    if (this.#before === null || isGone(this.#before)) return;
    const gone = isGone(this.#command);
    if (!gone && (!this.#isOnTrial || ++this.#failures < TRIALS)) return;
    const why = gone ? "is gone" : `fell over ${TRIALS} times`;
    this.#log(`${this.#command[1]} ${why}: going back to ${this.#before[1]}`);
    this.#command = this.#before;
    this.#before = null;
    this.#isOnTrial = false;
  }

  #recentCrashes(): number {
    const now = performance.now();
    while (this.#crashes.length > 0 && now - (this.#crashes[0] ?? 0) > LOOKS_BACK) this.#crashes.shift();
    return this.#crashes.length;
  }
}

export interface SupervisorNews {
  /** So many bytes came from it. */
  heard(bytes: number): void;
  /** A supervisor has taken its snapshot: events reach it from now on. */
  ready(): void;
  /** It died without having asked the keeper to quit. */
  died(): void;
}

/** Executable or script is not there any more. */
function isGone(command: readonly string[]): boolean {
  return command.slice(0, 2).some((file) => !existsSync(file));
}

/** How often a supervisor of a new version may fall over before the old one is taken again. */
const TRIALS = 3;
/** Milliseconds of life that prove a new version. */
const TRIAL_LASTS = 30_000;
const FIRST_DELAY = 10;
const LONGEST_DELAY = 30_000;
/** Crashes at a time that cost no wait. */
const COOL = 10;
/** Milliseconds from one try to the next where there is no room for a process. */
const TRY_AGAIN = 1000;
/** Processes, memory, descriptors. */
const SHORTAGES: ReadonlySet<string> = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);
/** The span of `recentCrashes`, milliseconds. */
const LOOKS_BACK = 60_000;
