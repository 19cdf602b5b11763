/**
 * One incarnation of a program: its process, its FIFOs, its logs.
 *
 * Order of an end. The process dies; the keeper hears it from the kernel; what the process wrote is read until nothing is
 * left and is on disk; only then the exit is told, once. Children it left behind may still hold its output: the run then
 * lingers, reading into the same logs under the same key, beside a newer incarnation if there is one, until the kernel says
 * that nobody can write any more. So their bytes are neither lost nor taken for somebody else's, and nobody gets SIGPIPE.
 */
import type { ProcessLogs, StreamName } from "../protocol/keeper.ts";
import { exitStatus, FIRST_REAL_TIME, UNKNOWN_EXIT, type ExitStatus } from "./exit-status.ts";
import type { Cgroup } from "./cgroups.ts";
import type { Child } from "./native-children.ts";
import { OutputPipeline, type PipelineSink } from "./output-pipeline.ts";
import { OutputStream } from "./output-stream.ts";
import type { Sought } from "./members.ts";
import { groupHasMembers, readStat, type ProcStat } from "./proc.ts";
import { StdinQueue } from "./stdin-queue.ts";
import type { LogFiles } from "./log-files.ts";
import type { FifoPaths } from "./registry.ts";

export class Run {
  readonly fifos: FifoPaths;
  readonly stdin: StdinQueue;
  /** The control group that its processes are in; `null` if none, or if it is over. */
  cgroup: Cgroup | null = null;
  readonly #sinks: RunSinks;
  readonly #pipelines = new Map<StreamName, OutputPipeline>();
  readonly #streams = new Map<StreamName, OutputStream>();
  #life: OutputStream | null = null;
  /** The kernel has said that nobody holds the life FIFO. */
  #lifeOver = false;
  /** Its end is complete: nothing of it can come back. */
  #nobodyLeft = false;
  #pid = 0;
  #startTime = "";
  #adopted = false;
  #alive = false;
  #last: ProcStat | null = null;
  #sentRealTime = false;
  /** There is, or was, a process. */
  #begun = false;
  #closed = false;
  #watch: NodeJS.Timeout | null = null;

  /** Opens logs and reading ends. Throws the system's error, and then holds nothing. */
  constructor(files: LogFiles, fifos: FifoPaths, logs: ProcessLogs, sinks: RunSinks) {
    this.fifos = fifos;
    this.stdin = new StdinQueue(fifos.stdin);
    this.#sinks = sinks;
    try {
      this.#openStream(files, "stdout", fifos.stdout, logs);
      if (fifos.stderr !== null) this.#openStream(files, "stderr", fifos.stderr, logs);
      this.#life = new OutputStream(
        fifos.life,
        () => undefined,
        () => this.#lifeEnded(),
      );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#pid;
  }

  /** With the pid and the boot, an identity. */
  get startTime(): string {
    return this.#startTime;
  }

  /** Its process is not reaped yet. */
  get alive(): boolean {
    return this.#alive;
  }

  get adopted(): boolean {
    return this.#adopted;
  }

  /** Ended, and nobody can write to its output any more. */
  get over(): boolean {
    return !this.#alive && [...this.#streams.values()].every((stream) => stream.ended);
  }

  /**
   * Its process has ended, and others of it may live. Two quick looks spare a search of /proc in most cases: nobody
   * holds the life FIFO, and nobody is in the process group. Whoever leads a session of that number now is a stranger.
   * A group that is empty stays so: it is asked once, since every look at the status of all programs asks here.
   */
  get mayHaveLeft(): boolean {
    if (this.#nobodyLeft) return false;
    if (!this.#lifeOver || this.#isCgroupInUse()) return true;
    if (groupHasMembers(this.#pid)) {
      const now = readStat(this.#pid);
      if (now === null || now.startTime === this.#startTime) return true;
    }
    this.#nobodyLeft = !this.#alive;
    return false;
  }

  /** Others of it live on, at the moment of its end: the end of the life FIFO may not have been heard yet. */
  get isOutlived(): boolean {
    return (this.#life?.hasWriters() ?? false) || groupHasMembers(this.#pid) || this.#isCgroupInUse();
  }

  /** Nobody holds its life FIFO any more. */
  get lifeIsOver(): boolean {
    return this.#lifeOver;
  }

  /** By which its processes are known. */
  get sought(): Sought {
    return { pid: this.#pid, startTime: this.#startTime, life: this.fifos.life, also: this.cgroup?.pids() ?? [] };
  }

  failing(stream: StreamName): string | null {
    return this.#pipelines.get(stream)?.failing ?? null;
  }

  /** The process was started by this keeper. */
  follow(child: Child): void {
    this.#pid = child.pid;
    this.#begun = true;
    this.#alive = true;
    this.#startTime = readStat(this.#pid)?.startTime ?? "";
    child.onExit((end) =>
      this.#exited(end.exact ? end.status : exitStatus(end.code, end.signal, this.#last, this.#sentRealTime)),
    );
  }

  /**
   * The process was started by an earlier keeper, and is alive. Only its parent could learn its exit status, and only its
   * parent is told of its death; the end of the life FIFO tells too, unless children of it live on. For that rare case
   * alone there is a look at /proc every second, until this process is gone.
   */
  adopt(pid: number, startTime: string): void {
    this.#pid = pid;
    this.#startTime = startTime;
    this.#adopted = true;
    this.#alive = true;
    this.#watch = setInterval(() => this.#lookForAdopted(), 1000);
    this.catchUp();
  }

  /** Reads what was written while no keeper listened, and finds out which streams nobody can write to any more. */
  catchUp(): void {
    this.#begun = true;
    for (const stream of this.#streams.values()) stream.drain();
    this.#life?.drain();
  }

  /** Whether the process is still the one it was: for adopted ones nobody keeps its pid from being used again. */
  check(): boolean {
    if (this.#alive && this.#adopted) this.#lookForAdopted();
    return this.#alive;
  }

  /** A signal is about to be sent by the keeper. */
  noteSignal(signal: number): void {
    if (signal >= FIRST_REAL_TIME) this.#sentRealTime = true;
  }

  /** New targets and limits. Throws the system's error. */
  setLogs(logs: ProcessLogs): void {
    this.#pipelines.get("stdout")?.change(logs.stdout);
    if (logs.stderr !== "stdout") this.#pipelines.get("stderr")?.change(logs.stderr);
  }

  /** Lets go of everything but the process. */
  close(): void {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.stdin.close();
    this.#life?.close();
    for (const stream of this.#streams.values()) stream.close();
    for (const pipeline of this.#pipelines.values()) pipeline.close();
    this.#pipelines.clear();
    this.cgroup?.remove();
  }

  /** One that has served its purpose is removed: nobody can get into it any more. */
  #isCgroupInUse(): boolean {
    if (this.cgroup === null || this.cgroup.pids().length > 0) return this.cgroup !== null;
    if (!this.#alive && this.#begun) {
      this.cgroup.remove();
      this.cgroup = null;
    }
    return false;
  }

  #openStream(files: LogFiles, name: StreamName, fifo: string, logs: ProcessLogs): void {
    const spec = name === "stderr" && logs.stderr !== "stdout" ? logs.stderr : logs.stdout;
    const pipeline = new OutputPipeline(files, spec, this.#sinks[name]);
    this.#pipelines.set(name, pipeline);
    const take = (chunk: Uint8Array): void => {
      this.#sinks.output(name, chunk);
      pipeline.push(chunk);
      const target = pipeline.target;
      if (target === null || !target.busy || stream.ended) return;
      stream.pause();
      target.onDrain(() => stream.resume());
    };
    // Who is written to, such as an event listener, is waited for.
    const mayWait = (): boolean => !this.stdin.used;
    const stream = new OutputStream(fifo, take, () => this.#streamEnded(), mayWait);
    this.#streams.set(name, stream);
  }

  #lifeEnded(): void {
    if (!this.#closed) this.#lifeOver = true;
    if (!this.#alive) return;
    if (this.#adopted) this.#lookForAdopted();
    else this.#last = readStat(this.#pid);
  }

  #lookForAdopted(): void {
    const stat = readStat(this.#pid);
    const gone = stat === null || stat.startTime !== this.#startTime || stat.exiting;
    if (gone && this.#alive) this.#exited(UNKNOWN_EXIT);
  }

  #exited(status: ExitStatus): void {
    if (!this.#alive) return;
    for (const stream of this.#streams.values()) stream.drain();
    for (const pipeline of this.#pipelines.values()) pipeline.flush();
    this.#alive = false;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.stdin.close();
    this.#isCgroupInUse();
    this.#sinks.exited(status);
    this.#streamEnded();
  }

  #streamEnded(): void {
    if (!this.#begun || this.#closed || !this.over) return;
    this.#lifeOver ||= this.#life?.hasWriters() === false;
    this.close();
    this.#sinks.over();
  }
}

export interface RunSinks {
  readonly stdout: PipelineSink;
  readonly stderr: PipelineSink;
  /** A chunk as the program wrote it, before capture mode and stripping. */
  output(stream: StreamName, chunk: Uint8Array): void;
  exited(status: ExitStatus): void;
  /** Nothing of it has its FIFOs open any more; their names are whoever's this is. */
  over(): void;
}
