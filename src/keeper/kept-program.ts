import * as fs from "node:fs";
import type {
  CaptureEvent,
  ExitEvent,
  KeptProcess,
  LogEvent,
  PassingEvent,
  ProcessLogs,
  SignalResult,
  StartResult,
  StopManners,
  StreamCounters,
  StreamName,
} from "../protocol/keeper.ts";
import { fileMoment } from "../files/file-moment.ts";
import { monotonicNow } from "./kernel/monotonic.ts";
import { errnoOf } from "./kernel/errno.ts";
import { areAsNew, removeFifos } from "./spawn/fifo-reuse.ts";
import type { ExitStatus } from "./kernel/exit-status.ts";
import type { LogFiles } from "./output/log-files.ts";
import type { NewStreams } from "./output/new-streams.ts";
import { describeMember, findMembers } from "./members.ts";
import type { FifoPaths } from "./records/registry.ts";
import { Run, type RunOwner } from "./run.ts";
import type { RunOfStreams } from "./output/run-stream.ts";

/** One key: its incarnations, the current one and those that linger, its counters and its followers. */
export class KeptProgram implements RunOwner {
  readonly key: string;
  /** Of the newest incarnation that was started. */
  incarnation = 0;
  startedAt = 0;
  logs: ProcessLogs;
  stop: StopManners;
  run: Run | null = null;
  /** The start under way: it waits for FIFOs or for the user database. */
  starting: { readonly incarnation: number; readonly result: Promise<StartResult> } | null = null;
  /** Number of a start that failed: it may be repeated or skipped. */
  failedIncarnation = 0;
  /** This keeper has been asked to start it, in turn. */
  asked = false;
  readonly #files: LogFiles;
  readonly #newStreams: NewStreams;
  readonly #told: ProgramNews;
  /** Bytes produced, before anything is done to them. */
  readonly #positions = { stdout: 0, stderr: 0 };
  readonly #counters = { stdout: { logged: 0, dropped: 0 }, stderr: { logged: 0, dropped: 0 } };
  #lingering: readonly Run[] = [];
  /** Monotonic; of the newest run. */
  #begunAt = 0;
  /** Its last run was over soon, and so may be the next. */
  #wasBrief = false;
  /** Of an earlier run of which nothing is left: as a rule as good as new. */
  #spare: FifoPaths | null = null;

  constructor(
    key: string,
    { logs, stop }: { readonly logs: ProcessLogs; readonly stop: StopManners },
    files: LogFiles,
    newStreams: NewStreams,
    told: ProgramNews,
  ) {
    this.key = key;
    this.logs = logs;
    this.stop = stop;
    this.#files = files;
    this.#newStreams = newStreams;
    this.#told = told;
  }

  get alive(): boolean {
    return this.run?.alive ?? false;
  }

  /** Opens logs and FIFOs of a next incarnation. Throws the system's error, and then holds nothing. */
  prepare(fifos: FifoPaths, logs: ProcessLogs, incarnation: number, startedAt: number): Run {
    const later = this.#wasBrief || this.#newStreams.wanted ? this.#newStreams : null;
    const run = new Run(this.#files, fifos, logs, incarnation, this, later);
    this.startedAt = startedAt;
    return run;
  }

  /** The prepared run has a process: it is the current one from now on. */
  begin(run: Run, incarnation: number, logs: ProcessLogs, stop: StopManners): void {
    const earlier = this.run === null ? this.#lingering : [...this.#lingering, this.run];
    this.#lingering = withMembers(earlier.filter((one) => !one.over || one.mayHaveLeft));
    this.run = run;
    this.incarnation = incarnation;
    this.logs = logs;
    this.stop = stop;
    this.#begunAt = performance.now();
  }

  /**
   * Sends a signal to what is known to be this program, and to nothing else; 0 only asks whether there is anything of it.
   *
   * After the leader's death its number may be somebody else's, so what is left of it is looked for by session and life FIFO.
   * SIGKILL to the group means all of these: a shell with job control gives each of its children a group of its own, and who
   * calls `setsid` has left the session too. Any signal to the group means what earlier runs have left, too: nobody else can end it.
   */
  signal(signal: number, target: "process" | "group"): SignalResult {
    const { run } = this;
    const newest = run === null || run.pid === 0 ? NOBODY : sendTo(run, signal, target);
    const earlier = target === "process" ? [] : this.#lingering.filter((one) => one.mayHaveLeft);
    return reachedBy([newest, ...earlier.map((one) => sendMembers(one, signal))]);
  }

  /** Throws the system's error. */
  setLogs(logs: ProcessLogs): void {
    this.run?.setLogs(logs);
    this.logs = logs;
  }

  clearLogs(): void {
    for (const spec of [this.logs.stdout, this.logs.stderr]) {
      if (spec !== "stdout" && spec.path !== null) this.#files.clear(spec.path);
    }
  }

  /** Which file the stream's log is now, its size, and how much the stream has produced. */
  standing(stream: StreamName): { readonly size: number; readonly position: number; readonly file?: string } {
    const spec = stream === "stderr" && this.logs.stderr !== "stdout" ? this.logs.stderr : this.logs.stdout;
    const found = spec.path === null ? undefined : fs.statSync(spec.path, { throwIfNoEntry: false, bigint: true });
    const position = this.#positions[stream];
    if (found?.isFile() !== true) return { size: 0, position };
    return { size: Number(found.size), position, file: fileMoment(found) };
  }

  snapshot(): KeptProcess {
    const counters = (stream: StreamName): StreamCounters => ({
      ...this.#counters[stream],
      failing: this.run?.failing(stream) ?? null,
    });
    return {
      key: this.key,
      incarnation: this.incarnation,
      pid: this.alive ? (this.run?.pid ?? 0) : 0,
      startedAt: this.startedAt,
      adopted: this.run?.adopted ?? false,
      counters: { stdout: counters("stdout"), stderr: counters("stderr") },
    };
  }

  /** Its runs of which something lives, or may: the current one, and those that linger. `left`: only those that have ended. */
  runsAlive(left: boolean): Run[] {
    const runs = this.run === null ? [...this.#lingering] : [...this.#lingering, this.run];
    return runs.filter((run) => (run.alive ? !left : run.mayHaveLeft));
  }

  /** FIFOs of an earlier run that the next one can have; `null` if there are none, or others are needed. */
  takeSpare(merged: boolean, owner: number | null): FifoPaths | null {
    const spare = this.#spare;
    this.#spare = null;
    if (spare === null) return null;
    // Asked now, and not at the end of that run: most are not started again at once, and ends come all together.
    if (owner === null && merged === (spare.stderr === null) && areAsNew(spare)) return spare;
    removeFifos(spare);
    return null;
  }

  /** It is never started again. */
  dropSpare(): void {
    if (this.#spare !== null) removeFifos(this.#spare);
    this.#spare = null;
  }

  /** Lets go of logs and FIFOs, but not of the names of spare ones; a process that is alive is not touched. */
  close(): void {
    this.run?.close();
    for (const run of this.#lingering) run.close();
  }

  output(stream: StreamName, chunk: Uint8Array): void {
    this.#positions[stream] += chunk.length;
    if (!this.#told.followed(this.key, stream)) return;
    const position = this.#positions[stream];
    this.#told.passing({ type: "output", key: this.key, stream, position, data: Uint8Array.from(chunk) });
  }

  captured(run: RunOfStreams, stream: StreamName, message: Uint8Array): void {
    this.#told.kept(this.#event("capture", run, stream, message));
  }

  logged(run: RunOfStreams, stream: StreamName, bytes: Uint8Array): void {
    this.#told.kept(this.#event("log", run, stream, bytes));
  }

  counted(stream: StreamName, logged: number, dropped: number): void {
    this.#counters[stream].logged += logged;
    this.#counters[stream].dropped += dropped;
  }

  trouble(stream: StreamName, errno: string | null, dropped: number): void {
    this.#told.passing({ type: "logTrouble", key: this.key, stream, errno, dropped });
  }

  exited(run: Run, status: ExitStatus): void {
    const { pid, incarnation, isOutlived } = run;
    this.#wasBrief = performance.now() - this.#begunAt < BRIEF;
    // Only then can it be one that put itself into the background: nobody else's children are looked for at every end.
    const left = status.code === 0 && isOutlived ? membersOf(run) : [];
    this.#told.exited(this, {
      type: "exit",
      key: this.key,
      incarnation,
      pid,
      at: Date.now(),
      monotonic: monotonicNow(),
      ...status,
      ...(left.length === 0 ? {} : { left: left.flatMap((one) => describeMember(one) ?? []) }),
    });
  }

  over(run: Run): void {
    const { fifos, lifeIsOver, isOutlived } = run;
    this.#lingering = this.#lingering.filter((one) => one !== run);
    // What is left of it is looked for by the name of its life FIFO.
    if (this.#spare === null && lifeIsOver && !isOutlived) this.#spare = fifos;
    else removeFifos(fifos);
  }

  #event<T extends "capture" | "log">(type: T, { pid }: RunOfStreams, stream: StreamName, bytes: Uint8Array) {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    return { type, key: this.key, pid, stream, data };
  }
}

function membersOf(run: Run): number[] {
  const { sought } = run;
  return findMembers([sought]).get(sought) ?? [];
}

/**
 * Without those that are over and of which nobody is left: who let go of its output first may not have been seen to end. To look for
 * them takes longer than to start the next one, so it is done once they are many.
 */
function withMembers(runs: readonly Run[]): readonly Run[] {
  if (runs.length < MANY_RUNS) return runs;
  const over = runs.filter((run) => run.over).map((run) => ({ ...run.sought, run }));
  const found = findMembers(over);
  const gone = new Set(over.filter((one) => found.get(one)?.length === 0).map(({ run }) => run));
  return runs.filter((run) => !gone.has(run));
}

const MANY_RUNS = 8;
/** Milliseconds: what a program in trouble needs to begin and to fail, on a busy machine. */
const BRIEF = 1000;
const SIGKILL = 9;
const NOBODY: SignalResult = { ok: false, errno: "ESRCH" };

function send(pid: number, signal: number): SignalResult {
  try {
    process.kill(pid, signal);
    return { ok: true };
  } catch (error) {
    const errno = errnoOf(error);
    return { ok: false, errno: errno === "ESRCH" || errno === "EPERM" ? errno : "EINVAL" };
  }
}

function sendTo(run: Run, signal: number, target: "process" | "group"): SignalResult {
  if (!run.check()) return target === "process" || !run.mayHaveLeft ? NOBODY : sendMembers(run, signal);
  run.noteSignal(signal);
  const sent = send(target === "group" ? -run.pid : run.pid, signal);
  if (target === "group" && signal === SIGKILL) sendMembers(run, signal);
  return sent;
}

/** A control group is killed as a whole: who forks meanwhile does not get away. */
function sendMembers(run: Run, signal: number): SignalResult {
  const sent = reachedBy(membersOf(run).map((pid) => send(pid, signal)));
  if (signal === SIGKILL) run.cgroup?.kill();
  return sent;
}

/** Reached if one of them is. */
function reachedBy(results: readonly SignalResult[]): SignalResult {
  return results.find((result) => result.ok) ?? results[0] ?? NOBODY;
}

/** Whom programs tell: one for all of them. */
export interface ProgramNews {
  /** Whether output events of this stream are wanted. */
  followed(key: string, stream: StreamName): boolean;
  exited(program: KeptProgram, event: ExitEvent): void;
  kept(event: CaptureEvent | LogEvent): void;
  passing(event: PassingEvent): void;
}
