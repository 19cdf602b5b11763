import { spawn, type ChildProcess } from "node:child_process";
import { errnoOf } from "../kernel/errno.ts";
import { childOfNode, NativeChildren, type Child } from "../kernel/native-children.ts";
import type { Launch } from "./plan-launch.ts";
import { startTimeOf } from "../kernel/proc.ts";
import { StartTimes } from "../kernel/start-times.ts";
import type { SystemCalls } from "../kernel/system-calls.ts";

/**
 * Starts a planned launch in a session and process group of its own. If the kernel refuses to execute it after all, a
 * process that says so takes its place, as Supervisor's forked child would. Resolves with an errno name if not even a
 * process could be made.
 */
export async function spawnProgram(launch: Launch, ends: ProgramEnds, how: SpawnManner): Promise<Child | string> {
  const first = await attempt(launch, ends, how);
  // All its descriptors are open here: the one that cannot be had there is the life FIFO's, whose number is beyond the limit.
  if (first === "EBADF") return "EMFILE";
  if (typeof first !== "string" || NO_PROCESS.has(first)) return first;
  return await attempt(how.failed(first), ends, { ...how, environment: {} });
}

/** The program's descriptors. All are the keeper's to close. */
export interface ProgramEnds {
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  /** Write end of the life FIFO: it is closed when the last process that inherited it is gone. */
  readonly life: number;
}

export interface SpawnManner {
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: number | null;
  /** What says why the kernel has refused, with this errno, to execute the launch. */
  readonly failed: (errno: string) => Launch;
  /** Makes the process, which happens before it returns, in the program's control group if it has one. */
  readonly inside: <T>(spawn: () => T) => T;
  /** Called with the process before anything else happens: other starts of the same turn would come first otherwise. */
  readonly spawned: (child: Child) => void;
  /** Where the system can be asked itself. */
  readonly native: NativeSpawn | null;
}

export interface NativeSpawn {
  readonly calls: SystemCalls;
  readonly children: NativeChildren;
  readonly startTimes: StartTimes;
  /** Soft limit of open files to start the program with; `null`: ours. */
  readonly nofileSoft: number | null;
}

export function nativeSpawn(calls: SystemCalls): Omit<NativeSpawn, "nofileSoft"> {
  return { calls, children: new NativeChildren(calls), startTimes: new StartTimes(calls) };
}

/** Where programs hold the life FIFO: out of the way of shell scripts, which use 3-9, and of bash, which uses 10, 63 and 255. */
export const LIFE_FD = 120;

/** Failures of fork, and of what libuv needs for it; all others are failures of exec. */
const NO_PROCESS: ReadonlySet<string> = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

/** The soft limit of open files that a program can be lent: its life FIFO must be below it. */
export function canLend(nofileSoft: number): boolean {
  return nofileSoft > LIFE_FD;
}

async function attempt(launch: Launch, ends: ProgramEnds, how: SpawnManner): Promise<Child | string> {
  return how.native === null ? await spawnByNode(launch, ends, how) : spawnBySystem(how.native, launch, ends, how);
}

function spawnBySystem(native: NativeSpawn, launch: Launch, ends: ProgramEnds, how: SpawnManner): Child | string {
  const { calls, children, startTimes, nofileSoft } = native;
  // The call returns after the exec, so what a program inherits can be lent for the moment.
  const umask = how.umask === null ? null : process.umask(how.umask);
  const nofile = nofileSoft === null ? null : calls.setOpenFiles(nofileSoft);
  let pid: number | string;
  const startedAt = startTimes.before();
  try {
    pid = how.inside(() =>
      calls.spawn({
        file: launch.file,
        args: [launch.argv0, ...launch.args],
        environment: how.environment,
        directory: launch.directory,
        descriptors: [
          [ends.stdin, 0],
          [ends.stdout, 1],
          [ends.stderr, 2],
          [ends.life, LIFE_FD],
        ],
      }),
    );
  } catch (error) {
    return errnoOf(error);
  } finally {
    if (umask !== null) process.umask(umask);
    if (nofile !== null) calls.setOpenFiles(nofile);
  }
  if (typeof pid === "string") return pid;
  const child = children.child(pid, startedAt(pid));
  how.spawned(child);
  return child;
}

async function spawnByNode(launch: Launch, ends: ProgramEnds, how: SpawnManner): Promise<Child | string> {
  const stdio: ("ignore" | number)[] = [ends.stdin, ends.stdout, ends.stderr];
  while (stdio.length < LIFE_FD) stdio.push("ignore");
  stdio.push(ends.life);
  // Node's spawn forks before it returns, so the umask can be lent for the moment.
  const umask = how.umask === null ? null : process.umask(how.umask);
  let child: ChildProcess;
  try {
    child = how.inside(() =>
      spawn(launch.file, launch.args, {
        argv0: launch.argv0,
        env: { ...how.environment },
        detached: true,
        stdio,
        ...(launch.directory === null ? {} : { cwd: launch.directory }),
      }),
    );
  } catch (error) {
    return errnoOf(error) === "EIO" ? "EINVAL" : errnoOf(error);
  } finally {
    if (umask !== null) process.umask(umask);
  }
  if (child.pid !== undefined) {
    // A child that has a pid reports no errors but those of its own `kill`, which the keeper does not use.
    child.on("error", () => undefined);
    const started = childOfNode(child, startTimeOf(child.pid));
    how.spawned(started);
    return started;
  }
  return await new Promise((answer) => {
    child.once("error", (error) => answer(errnoOf(error)));
  });
}
