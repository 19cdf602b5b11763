import * as fs from "node:fs";
import type { StartRequest, StartResult } from "../protocol/keeper.ts";
import type { Cgroup } from "./kernel/cgroups.ts";
import { errnoOf } from "./kernel/errno.ts";
import { openFilesLimit } from "./kernel/proc.ts";
import { removeFifos } from "./spawn/fifo-reuse.ts";
import type { ProgramHost } from "./program-host.ts";
import type { KeptProgram } from "./kept-program.ts";
import type { Place } from "./spawn/in-order.ts";
import { failedLaunch, planLaunch, type Launch } from "./spawn/plan-launch.ts";
import type { FifoPaths } from "./records/registry.ts";
import { canLend, spawnProgram, type ProgramEnds } from "./spawn/spawn-program.ts";

/**
 * Starts the next incarnation of a program, or says why not. Whatever fails, no descriptor and no file is left behind.
 *
 * A supervisor may die while its request is carried out, and the next one, which cannot know whether it arrived, repeats it: it
 * gets the answer that the first would have got.
 */
export async function startProgram(keeper: ProgramHost, request: StartRequest): Promise<StartResult> {
  const program = keeper.program(request.key, request);
  if (program.starting?.incarnation === request.incarnation) return await program.starting.result;
  if (program.alive && program.incarnation === request.incarnation)
    return { ok: true, pid: program.run?.pid ?? 0, startedAt: program.startedAt };
  if (program.alive || program.starting !== null) {
    // Nor did this one make a process: whoever asked counts on.
    if (request.incarnation > program.incarnation) program.failedIncarnation = request.incarnation;
    return { ok: false, stage: "refused", errno: "alive" };
  }
  const next = program.incarnation + 1;
  // Starts that failed under an earlier keeper have left no trace, but whoever asks has counted them.
  const mayHaveFailed = keeper.journal.isInherited && !program.asked;
  // A start that failed made no process: its number may be used again, or left behind.
  if (
    request.incarnation !== next &&
    !(mayHaveFailed && request.incarnation > next) &&
    !(program.failedIncarnation > 0 && request.incarnation === program.failedIncarnation + 1)
  ) {
    return { ok: false, stage: "refused", errno: "incarnation" };
  }
  program.asked = true;
  const place = keeper.spawns.order.enter();
  const starting = { incarnation: request.incarnation, result: start(keeper, program, request, place) };
  program.starting = starting;
  try {
    const result = await starting.result;
    program.failedIncarnation = result.ok ? 0 : request.incarnation;
    return result;
  } finally {
    place.leave();
    program.starting = null;
  }
}

async function start(
  keeper: ProgramHost,
  program: KeptProgram,
  request: StartRequest,
  place: Place,
): Promise<StartResult> {
  let socket: number | null = null;
  try {
    if (request.socket !== undefined) socket = await keeper.sockets.take(request.socket, request.key);
  } catch (error) {
    return { ok: false, stage: "socket", errno: errnoOf(error), reason: (error as Error).message };
  }
  const merged = request.logs.stderr === "stdout";
  let fifos: FifoPaths;
  try {
    fifos = program.takeSpare(merged, ownerOf(request)) ?? (await newFifos(keeper, merged));
  } catch (error) {
    return { ok: false, stage: "dispatchers", errno: errnoOf(error) };
  }
  const lent =
    keeper.native !== null && keeper.nofileSoft !== null && canLend(keeper.nofileSoft) ? keeper.nofileSoft : null;
  let launch: Launch;
  try {
    launch = await planLaunch(request, lent === null ? keeper.nofileSoft : null, keeper.native !== null);
  } catch (error) {
    removeFifos(fifos);
    return { ok: false, stage: "fork", errno: errnoOf(error) };
  }
  await place.turn();
  const spawning = keeper.spawns.take();
  place.leave();
  await spawning;
  if (!keeper.accepting) {
    // Whoever ends the keeper has counted the living already.
    removeFifos(fifos);
    return { ok: false, stage: "refused", errno: "quitting" };
  }
  const startedAt = Date.now();
  let run;
  try {
    run = program.prepare(fifos, request.logs, request.incarnation, startedAt);
  } catch (error) {
    removeFifos(fifos);
    return { ok: false, stage: "dispatchers", errno: errnoOf(error) };
  }
  const opened: number[] = [];
  try {
    run.cgroup = cgroupFor(keeper, request, fifos);
    const ends = openEnds(fifos, ownerOf(request), opened);
    leaveRoomForLogs(keeper.files.unopened, ends.life);
    // Node waits for the exec, some milliseconds: a keeper killed meanwhile must not have started what nobody knows of.
    keeper.recordIntent(run, request, startedAt);
    const child = await spawnProgram(launch, socket === null ? ends : { ...ends, stdin: socket }, {
      environment: request.environment,
      umask: request.umask,
      inside: (spawn) => spawnInside(keeper, run.cgroup, spawn),
      failed: (errno) => failedLaunch(request, launch, errno),
      native: keeper.native === null ? null : { ...keeper.native, nofileSoft: lent },
      spawned: (process) => {
        run.follow(process);
        program.begin(run, request.incarnation, request.logs, request.stop);
        keeper.record(program, run, null);
      },
    });
    if (typeof child === "string") {
      keeper.dropIntent(request.key);
      run.close();
      removeFifos(fifos);
      return { ok: false, stage: "fork", errno: child };
    }
    return { ok: true, pid: run.pid, startedAt };
  } catch (error) {
    keeper.dropIntent(request.key);
    run.close();
    removeFifos(fifos);
    return { ok: false, stage: "dispatchers", errno: errnoOf(error) };
  } finally {
    for (const fd of opened) fs.closeSync(fd);
  }
}

/**
 * A log that is opened later must find a descriptor then, or what is written would be lost: a program that leaves none waits. The
 * kernel gives the lowest number that is free, so all below the last one are in use. Throws EMFILE.
 */
function leaveRoomForLogs(unopened: number, last: number): void {
  const limit = unopened === 0 ? null : openFilesLimit();
  if (limit !== null && last + unopened >= limit)
    throw Object.assign(new Error("no room for the logs of all programs"), { code: "EMFILE" });
}

/** Only for who is stopped as a group. One that cannot be made is no reason not to start: session and life FIFO are there. */
function cgroupFor(keeper: ProgramHost, { stop }: StartRequest, fifos: FifoPaths): Cgroup | null {
  if (keeper.cgroups === null || !(stop.killasgroup || stop.stopasgroup)) return null;
  try {
    return keeper.cgroups.make(fifos.life);
  } catch {
    return null;
  }
}

function spawnInside<T>(keeper: ProgramHost, cgroup: Cgroup | null, spawn: () => T): T {
  return cgroup === null || keeper.cgroups === null ? spawn() : keeper.cgroups.inside(cgroup, spawn);
}

async function newFifos(keeper: ProgramHost, merged: boolean): Promise<FifoPaths> {
  const [stdin = "", stdout = "", life = "", stderr = ""] = await keeper.pool.take(merged ? 3 : 4);
  return { stdin, stdout, life, stderr: merged ? null : stderr };
}

/**
 * The program's ends: opened separately from the keeper's, because blocking is a property of the open description, and
 * read-write, so that the program never gets SIGPIPE or an end of file. Throws the system's error; `opened` lists what is
 * open whatever happens.
 */
function openEnds(fifos: FifoPaths, owner: number | null, opened: number[]): ProgramEnds {
  const open = (path: string, flags: number): number => {
    // `echo > /dev/stdout` opens the FIFO by name, so it must belong to who runs.
    if (owner !== null) fs.chownSync(path, owner, -1);
    const fd = fs.openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  const stdin = open(fifos.stdin, fs.constants.O_RDWR);
  const stdout = open(fifos.stdout, fs.constants.O_RDWR);
  const stderr = fifos.stderr === null ? stdout : open(fifos.stderr, fs.constants.O_RDWR);
  return { stdin, stdout, stderr, life: open(fifos.life, fs.constants.O_WRONLY) };
}

function ownerOf(request: StartRequest): number | null {
  return process.geteuid?.() === 0 && request.uid !== null && request.uid !== 0 ? request.uid : null;
}
