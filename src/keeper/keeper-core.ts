/**
 * The keeper itself, as an object in this process: parent of every program, owner of their stdio and logs.
 *
 * `serve.ts` offers it to a supervisor in another process; tests use it as it is. It has no timer
 * while nothing changes (state is mirrored to disk 50 ms after a change), and never looks at what it was not told about.
 */
import * as fs from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { KEEPER_PROTOCOL } from "../protocol/keeper-version.ts";
import {
  type ExitEvent,
  type Member,
  type Keeper,
  type KeeperEvent,
  type KeeperSnapshot,
  type ProcessKey,
  type ProcessLogs,
  type SignalResult,
  type StartRequest,
  type StartResult,
  type StopManners,
  type StreamName,
} from "../protocol/keeper.ts";
import { adoptPrograms } from "./adopt.ts";
import { Cgroups } from "./kernel/cgroups.ts";
import type { EventJournal } from "./records/event-journal.ts";
import type { LostEvents } from "./records/lost-events.ts";
import { FifoPool } from "./spawn/fifo-pool.ts";
import { KeptProgram, type ProgramNews } from "./kept-program.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { LogFiles } from "./output/log-files.ts";
import { NewStreams } from "./output/new-streams.ts";
import { dropNames, refuseToLeave } from "./names-on-disk.ts";
import { membersByKey } from "./members-by-key.ts";
import { bootId } from "./kernel/proc.ts";
import type { ProgramHost } from "./program-host.ts";
import { recordOf } from "./records/record-of.ts";
import { Records } from "./records/records.ts";
import type { ProgramRecord } from "./records/registry.ts";
import { SpawnTurns } from "./spawn/spawn-turns.ts";
import { SharedSockets } from "./sockets/shared-sockets.ts";
import { startProgram } from "./start-program.ts";
import type { Run } from "./run.ts";
import { loadSystemCalls } from "./kernel/system-calls.ts";
import { nativeSpawn, type NativeSpawn } from "./spawn/spawn-program.ts";

export class KeeperCore implements Keeper, ProgramHost {
  readonly startedAt = Date.now();
  readonly programs = new Map<ProcessKey, KeptProgram>();
  readonly files = new LogFiles();
  readonly pool: FifoPool;
  readonly spawns = new SpawnTurns();
  readonly #newStreams = new NewStreams(() => this.spawns.awaited);
  readonly sockets = new SharedSockets(
    (key) => {
      const program = this.programs.get(key);
      return program !== undefined && (program.alive || program.starting !== null);
    },
    ({ url }, now) => this.tell({ type: "socket", url, now }),
  );
  readonly nofileSoft: number | null;
  readonly native: Omit<NativeSpawn, "nofileSoft"> | null;
  /** Supervisors started before the present one, and deaths of supervisors in the last minute. Set by who starts them. */
  supervisors = (): Pick<KeeperSnapshot, "restarts" | "recentCrashes"> => ({ restarts: 0, recentCrashes: 0 });
  /** Changes the program of the supervisors to come. Set by who starts them. */
  onSuperviseWith: (program: readonly [string, string]) => void = () => undefined;
  readonly #about: { readonly version: string; readonly owned: boolean };
  readonly cgroups: Cgroups | null;
  readonly #folder: string;
  readonly #records: Records;
  readonly #boot = bootId();
  readonly #listeners = new Set<(event: KeeperEvent) => void>();
  readonly #closeListeners = new Set<() => void>();
  readonly #followed = new Set<string>();
  readonly #news: ProgramNews = {
    exited: (program, event) => this.#programExited(program, event),
    kept: (event) => this.tell(this.journal.add(event)),
    passing: (event) => this.tell(event),
    followed: (key, stream) => this.#followed.has(`${stream} ${key}`),
  };
  /** After `quit`: resolves when nothing is left on disk. */
  swept: Promise<void> = Promise.resolve();
  #quitting = false;
  #closed = false;
  #status = 0;

  readonly events = {
    onEvent: (listener: (event: KeeperEvent) => void): void => void this.#listeners.add(listener),
    onClose: (listener: () => void): void => void this.#closeListeners.add(listener),
  };

  /** Takes over what an earlier keeper left in the folder. Throws the system's error if the folder cannot be used. */
  constructor(options: KeeperOptions) {
    this.#folder = options.folder;
    this.#about = { version: options.version ?? "", owned: options.owned ?? false };
    fs.mkdirSync(join(options.folder, "fifo"), { recursive: true, mode: 0o700 });
    // As the kernel has it, which shows the life FIFOs of programs without the links that lead there.
    const fifos = fs.realpathSync(join(options.folder, "fifo"));
    fs.chmodSync(options.folder, 0o700);
    this.nofileSoft = options.nofileSoft ?? null;
    this.#records = new Records(options.folder, (errno, failed) => this.tell({ type: "recordTrouble", errno, failed }));
    const calls = loadSystemCalls();
    this.native = calls === null ? null : nativeSpawn(calls);
    this.pool = new FifoPool(fifos, calls);
    this.cgroups = Cgroups.open(options.folder);
    adoptPrograms(this, this.#records.found, this.#boot, fifos);
    this.pool.fill();
  }

  get journal(): EventJournal {
    return this.#records.journal;
  }

  /** What of it was dropped unheard. */
  get lost(): LostEvents {
    return this.#records.lost;
  }

  /** The exit status that `quit` asked for. */
  get status(): number {
    return this.#status;
  }

  async snapshot(): Promise<KeeperSnapshot> {
    return {
      protocol: KEEPER_PROTOCOL,
      ...this.#about,
      cgroups: this.cgroups !== null,
      pid: process.pid,
      startedAt: this.startedAt,
      ...this.supervisors(),
      saved: this.journal.entries,
      pending: [...this.journal.pending],
      recordTrouble: this.#records.errno,
      processes: [...this.programs.values()].filter((each) => each.incarnation > 0).map((each) => each.snapshot()),
    };
  }

  async start(request: StartRequest, saved?: string): Promise<StartResult> {
    if (saved !== undefined) this.acknowledge(0, { [request.key]: saved });
    if (!this.accepting) return { ok: false, stage: "refused", errno: "quitting" };
    return await startProgram(this, request);
  }

  async signal(key: ProcessKey, signal: number, target: "process" | "group"): Promise<SignalResult> {
    return this.programs.get(key)?.signal(signal, target) ?? { ok: false, errno: "ESRCH" };
  }

  async writeStdin(key: ProcessKey, bytes: Uint8Array, once?: string): Promise<"queued" | "full" | "closed"> {
    const program = this.programs.get(key);
    // An event for a listener: its number must not be given to another one by who comes after a kill of this process.
    if (once !== undefined) this.#records.writeNow();
    return program?.alive ? (program.run?.stdin.write(bytes, once) ?? "closed") : "closed";
  }

  /** Rejects with the system's error if a new target cannot be opened; the old one stays. */
  async setLogs(key: ProcessKey, logs: ProcessLogs, stop?: StopManners): Promise<void> {
    const program = this.programs.get(key);
    if (program === undefined) return;
    if (stop !== undefined) program.stop = stop;
    try {
      program.setLogs(logs);
    } finally {
      if (program.run !== null && program.alive) this.record(program, program.run, null);
    }
  }

  async follow(
    key: ProcessKey,
    stream: StreamName,
    on: boolean,
  ): Promise<{ readonly size: number; readonly position: number; readonly file?: string }> {
    // Kept by name, so that a program may be followed before its first start.
    if (on) this.#followed.add(`${stream} ${key}`);
    else this.#followed.delete(`${stream} ${key}`);
    return this.programs.get(key)?.standing(stream) ?? { size: 0, position: 0 };
  }

  /** Nobody listens any more. */
  unfollowAll(): void {
    this.#followed.clear();
  }

  async reopenLogs(): Promise<void> {
    this.files.reopenAll();
  }

  /** Rejects with the system's error. */
  async clearLogs(key: ProcessKey): Promise<void> {
    this.programs.get(key)?.clearLogs();
  }

  async closeSocket(name: string): Promise<boolean> {
    return await this.sockets.close(name);
  }

  async superviseWith(program: readonly [string, string]): Promise<void> {
    this.onSuperviseWith(program);
  }

  async processes(which: "all" | "left"): Promise<Record<ProcessKey, readonly Member[]>> {
    return membersByKey([...this.programs.values()], which === "left");
  }

  /** Rejects while the process runs. */
  async forget(key: ProcessKey): Promise<void> {
    const program = this.programs.get(key);
    if (program === undefined) return;
    if (program.alive || program.starting !== null)
      throw new Error(`${key} is running and cannot be forgotten: stop it first`);
    this.programs.delete(key);
    program.dropSpare();
    this.sockets.forget(key);
    this.#records.remove(key);
  }

  acknowledge(seq: number, changes: Readonly<Record<string, string | null>>): void {
    this.#records.acknowledge(seq, changes);
  }

  async quit(options: { readonly force?: boolean; readonly status?: number } = {}): Promise<void> {
    const living = [...this.programs.values()].filter((program) => program.alive || program.starting !== null);
    if (options.force !== true) refuseToLeave(living);
    this.#status = options.status ?? 0;
    if (living.length > 0) return this.close();
    this.#letGo();
    this.#records.erase();
    // The supervisor hears that it may end first: that takes as long as this does. FIFOs that a survivor of a program still holds
    // open stay open without their names.
    this.swept = nextTurn().then(() => {
      dropNames(this, this.programs.values());
      fs.rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Like `events.onEvent` and `events.onClose`; call what it returns to end both. */
  attach(listener: (event: KeeperEvent) => void, closed: () => void = () => undefined): () => void {
    this.#listeners.add(listener);
    this.#closeListeners.add(closed);
    return () => {
      this.#listeners.delete(listener);
      this.#closeListeners.delete(closed);
    };
  }

  get accepting(): boolean {
    return !this.#quitting;
  }

  /** Refuses every start from now on. */
  refuseStarts(): void {
    this.#quitting = true;
  }

  /** Lets go of everything. Programs that run are left to a later keeper. */
  close(): void {
    if (this.#closed) return;
    this.#letGo();
    dropNames(this, this.programs.values());
  }

  #letGo(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#quitting = true;
    this.#records.close();
    for (const program of this.programs.values()) program.close();
    this.files.close();
    this.native?.children.close();
    this.sockets.closeAll();
    for (const listener of this.#closeListeners) listener();
  }

  /** The program, known from now on. */
  program(key: ProcessKey, request: Pick<StartRequest, "logs" | "stop">): KeptProgram {
    const program = this.programs.get(key) ?? new KeptProgram(key, request, this.files, this.#newStreams, this.#news);
    this.programs.set(key, program);
    return program;
  }

  record(program: KeptProgram, run: Run, ended: ProgramRecord["ended"]): void {
    this.recordLost(recordOf(run, program, this.#origin(program.key), program.startedAt, ended));
  }

  recordIntent(run: Run, request: StartRequest, startedAt: number): void {
    this.#records.writeIntent(recordOf(run, request, this.#origin(request.key), startedAt, null));
  }

  dropIntent(key: ProcessKey): void {
    this.#records.dropIntent(key);
  }

  recordLost(record: ProgramRecord): void {
    this.#records.write(record);
  }

  #origin(key: ProcessKey): { readonly boot: string; readonly socket: string | null } {
    return { boot: this.#boot, socket: this.sockets.nameFor(key) };
  }

  tell(event: KeeperEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #programExited(program: KeptProgram, event: ExitEvent): void {
    if (this.#closed) return; // a forced end: the next keeper tells
    const kept = this.journal.add(event);
    // On disk before it is told: a keeper that dies now does not take the exit status with it.
    if (program.run !== null) this.record(program, program.run, { ...event, seq: kept.seq });
    this.tell(kept);
  }
}
