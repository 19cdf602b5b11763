/**
 * One incarnation of a program: its process, its FIFOs, its logs.
 *
 * Order of an end. The process dies; the keeper hears it from the kernel; what the process wrote is read until nothing is
 * left and is on disk; only then the exit is told, once. Children it left behind may still hold its output: the run then
 * lingers, reading into the same logs under the same key, beside a newer incarnation if there is one, until the kernel says
 * that nobody can write any more. So their bytes are neither lost nor taken for somebody else's, and nobody gets SIGPIPE.
 */
import type { ProcessLogs, StreamName } from "../protocol/keeper.ts";
import { exitStatus, FIRST_REAL_TIME, UNKNOWN_EXIT, type ExitStatus } from "./kernel/exit-status.ts";
import type { Cgroup } from "./kernel/cgroups.ts";
import type { Child } from "./kernel/native-children.ts";
import { memoryKills, type KillCount } from "./kernel/memory-kills.ts";
import { LifeFifo } from "./life-fifo.ts";
import type { Sought } from "./members.ts";
import { groupHasMembers, processExists, readStat, type ProcStat } from "./kernel/proc.ts";
import { RunStream, type RunOfStreams, type StreamOwner } from "./output/run-stream.ts";
import { StdinQueue } from "./stdin-queue.ts";
import type { LogFiles } from "./output/log-files.ts";
import type { NewStreams } from "./output/new-streams.ts";
import type { FifoPaths } from "./records/registry.ts";

export class Run implements RunOfStreams {
  readonly fifos: FifoPaths;
  readonly incarnation: number;
  readonly stdin: StdinQueue;
  /** The control group that its processes are in; `null` if none, or if it is over. */
  cgroup: Cgroup | null = null;
  readonly #owner: RunOwner;
  #stdout: RunStream | null = null;
  /** `null`: they are one. */
  #stderr: RunStream | null = null;
  #life: LifeFifo | null = null;
  /** The kernel has said that nobody holds the life FIFO. */
  #lifeOver = false;
  /** Its end is complete: nothing of it can come back. */
  #nobodyLeft = false;
  #pid = 0;
  #startTime = "";
  #adopted = false;
  #alive = false;
  /** Its process ended before this keeper: what has its number now may be a stranger, or a stranger's group. */
  #unseen = false;
  #last: ProcStat | null = null;
  #sentRealTime = false;
  /** The keeper has sent it a signal: as a rule, it is to end. */
  #signalled = false;
  /** The keeper has sent it SIGKILL. */
  #killed = false;
  #killsBefore: KillCount | null = null;
  /** There is, or was, a process. */
  #begun = false;
  #closed = false;
  #watch: NodeJS.Timeout | null = null;

  /**
   * Opens logs and reading ends. Throws the system's error, and then holds nothing.
   *
   * @param later where its streams go until they are listened to; `null`: they are at once
   */
  constructor(
    files: LogFiles,
    fifos: FifoPaths,
    logs: ProcessLogs,
    incarnation: number,
    owner: RunOwner,
    later: NewStreams | null,
  ) {
    this.fifos = fifos;
    this.incarnation = incarnation;
    this.stdin = new StdinQueue(fifos.stdin);
    this.#owner = owner;
    try {
      this.#stdout = new RunStream("stdout", this, owner, files, logs.stdout, fifos.stdout, later);
      if (fifos.stderr !== null) {
        const spec = logs.stderr === "stdout" ? logs.stdout : logs.stderr;
        this.#stderr = new RunStream("stderr", this, owner, files, spec, fifos.stderr, later);
      }
      this.#life = new LifeFifo(fifos.life);
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
    return !this.#alive && (this.#stdout?.over ?? true) && (this.#stderr?.over ?? true);
  }

  /**
   * Its process has ended, and others of it may live. Two quick looks spare a search of /proc in most cases: nobody
   * holds the life FIFO, and nobody is in the process group. Whoever leads a session of that number now is a stranger.
   * A group that is empty stays so: it is asked once, since every look at the status of all programs asks here.
   */
  get mayHaveLeft(): boolean {
    if (this.#nobodyLeft) return false;
    if (!this.lifeIsOver || this.#isCgroupInUse()) return true;
    if (!this.#unseen && groupHasMembers(this.#pid)) {
      const now = readStat(this.#pid);
      if (now === null || now.startTime === this.#startTime) return true;
    }
    this.#nobodyLeft = !this.#alive;
    return false;
  }

  /** Others of it live on, at the moment of its end: the end of the life FIFO may not have been heard yet. */
  get isOutlived(): boolean {
    if (this.#nobodyLeft) return false;
    if (this.#life?.hasHolders() ?? false) return true;
    this.#lifeOver ||= this.#life !== null && this.#begun && !this.#closed;
    const outlived = (!this.#unseen && groupHasMembers(this.#pid)) || this.#isCgroupInUse();
    this.#nobodyLeft = !outlived && !this.#alive && this.#lifeOver;
    return outlived;
  }

  /** Nobody holds its life FIFO any more. */
  get lifeIsOver(): boolean {
    if (!this.#closed && this.#begun) this.#lifeOver ||= this.#life?.hasHolders() === false;
    return this.#lifeOver;
  }

  /** By which its processes are known. */
  get sought(): Sought {
    const also = this.cgroup?.pids() ?? [];
    return { pid: this.#pid, startTime: this.#startTime, unseen: this.#unseen, life: this.fifos.life, also };
  }

  failing(stream: StreamName): string | null {
    return (stream === "stdout" ? this.#stdout : this.#stderr)?.failing ?? null;
  }

  /** The process was started by this keeper. */
  follow(child: Child): void {
    this.#pid = child.pid;
    this.#begun = true;
    this.#alive = true;
    this.#startTime = child.startTime;
    this.#killsBefore = memoryKills.before();
    // Where its status is not told exactly, the moment in which it lets go of its life shows it.
    if (!child.exact) this.#life?.listen(() => this.#lifeEnded());
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
    this.#life?.listen(() => this.#lifeEnded());
    this.#watch = setInterval(() => this.#lookForAdopted(), 1000);
    this.#catchUp();
  }

  /** The process was started by an earlier keeper, and has ended; what it started may live. */
  adoptRest(pid: number, startTime: string): void {
    this.#pid = pid;
    this.#startTime = startTime;
    this.#unseen = true;
    this.#catchUp();
  }

  /** Reads what was written while no keeper listened, and finds out which streams nobody can write to any more. */
  #catchUp(): void {
    this.#begun = true;
    this.#drain();
    this.#life?.check();
  }

  /** Whether the process is still the one it was: for adopted ones nobody keeps its pid from being used again. */
  check(): boolean {
    if (this.#alive && this.#adopted) this.#lookForAdopted();
    return this.#alive;
  }

  /** A signal is about to be sent by the keeper. */
  noteSignal(signal: number): void {
    this.#signalled = true;
    if (signal === SIGKILL) this.#killed = true;
    if (signal >= FIRST_REAL_TIME) this.#sentRealTime = true;
  }

  /** New targets and limits. Throws the system's error. */
  setLogs(logs: ProcessLogs): void {
    this.#stdout?.change(logs.stdout);
    if (logs.stderr !== "stdout") this.#stderr?.change(logs.stderr);
  }

  /** Lets go of everything but the process. */
  close(): void {
    this.#close(false);
  }

  /** @param again whether the program may well be started again at once */
  #close(again: boolean): void {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.stdin.close();
    this.#life?.close();
    this.#stdout?.close(again);
    this.#stderr?.close(again);
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

  #lifeEnded(): void {
    if (!this.#closed) this.#lifeOver = true;
    if (!this.#alive) return;
    if (this.#adopted) this.#lookForAdopted();
    else this.#last = readStat(this.#pid);
  }

  #lookForAdopted(): void {
    const stat = readStat(this.#pid);
    // Nobody has ended because we have no descriptor left to look at him with.
    if (stat === null && processExists(this.#pid)) return;
    const gone = stat === null || stat.startTime !== this.#startTime || stat.exiting;
    if (gone && this.#alive) this.#exited(UNKNOWN_EXIT);
  }

  #exited(status: ExitStatus): void {
    if (!this.#alive) return;
    this.#drain();
    this.#stdout?.flush();
    this.#stderr?.flush();
    this.#alive = false;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.stdin.close();
    this.#isCgroupInUse();
    const killed = status.signal === "SIGKILL" && !this.#killed ? memoryKills.since(this.#killsBefore) : 0;
    this.#owner.exited(this, killed === 0 ? status : { ...status, outOfMemory: killed });
    this.streamEnded();
  }

  /** One of its streams has: perhaps that was all of it. */
  streamEnded(): void {
    if (!this.#begun || this.#closed || !this.over) return;
    // Asked for the last time.
    void this.lifeIsOver;
    this.#close(!this.#signalled);
    this.#owner.over(this);
  }

  #drain(): void {
    this.#stdout?.drain();
    this.#stderr?.drain();
  }
}

const SIGKILL = 9;

/** Whom a run tells what happens. */
export interface RunOwner extends StreamOwner {
  exited(run: Run, status: ExitStatus): void;
  /** Nothing of it has its FIFOs open any more; their names are whoever's this is. */
  over(run: Run): void;
}
