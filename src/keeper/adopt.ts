import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ExitEvent, ProcessLogs } from "../protocol/keeper.ts";
import { Cgroup } from "./kernel/cgroups.ts";
import { monotonicNow } from "./kernel/monotonic.ts";
import { errnoOf } from "./kernel/errno.ts";
import { UNKNOWN_EXIT } from "./kernel/exit-status.ts";
import type { ProgramHost } from "./program-host.ts";
import { lifeOf } from "./members.ts";
import { descriptorsInUse, findHolder, openFilesLimit, processExists, readStat, type ProcStat } from "./kernel/proc.ts";
import type { KeptProgram } from "./kept-program.ts";
import type { Run } from "./run.ts";
import { LIFE_FD } from "./spawn/spawn-program.ts";
import type { FifoPaths, ProgramRecord } from "./records/registry.ts";

/**
 * Takes over the programs of an earlier keeper. The living go on as they were, with their output; those that died while
 * nobody was their parent get one exit event that says so. Exits that were recorded but never acknowledged are told again
 * under their old number.
 *
 * @throws Error if there is no room for the output of those that live: they would be taken for dead, and started a second time.
 */
export function adoptPrograms(
  keeper: ProgramHost,
  found: readonly ProgramRecord[],
  boot: string,
  fifoFolder: string,
): void {
  const records = found.map((one) => ({ ...one, fifos: withoutLinks(one.fifos, fifoFolder) }));
  refuseWithoutRoom(records.filter((record) => record.boot === boot && record.ended === null));
  const inUse = new Set<string>();
  const ended = records.flatMap((record) => (record.ended === null ? [] : [record.ended]));
  for (const { seq, ...event } of ended.toSorted((a, b) => a.seq - b.seq)) {
    if (seq > keeper.journal.acknowledged) keeper.journal.add(event, seq);
  }
  const intents = records.filter((record) => record.pid === 0 && record.boot === boot);
  for (const record of records) {
    if (record.pid === 0) continue;
    const program = keeper.program(record.key, record);
    program.incarnation = record.incarnation;
    if (record.socket !== undefined) keeper.sockets.adopt(record.key, record.socket);
    program.startedAt = record.startedAt;
    if (record.boot !== boot || record.pid === NEVER_SEEN) {
      // The machine was restarted, or nothing was left of it before: nothing of it lives, and its FIFOs hold nothing.
      if (record.ended === null) tellLost(keeper, record);
      continue;
    }
    // Its FIFOs were about to be its successor's.
    if (record.ended !== null && intents.some((one) => one.fifos.life === record.fifos.life)) continue;
    if (takeOver(keeper, record)) for (const path of paths(record.fifos)) inUse.add(path);
  }
  for (const intent of intents) {
    if (takeOverIntent(keeper, intent)) for (const path of paths(intent.fifos)) inUse.add(path);
  }
  for (const name of fs.readdirSync(fifoFolder)) {
    const path = join(fifoFolder, name);
    if (!inUse.has(path)) fs.rmSync(path, { force: true });
  }
}

/** A keeper leaves room for all of its logs, so under the limit of the earlier one there is enough. */
function refuseWithoutRoom(records: readonly ProgramRecord[]): void {
  const alive = records.filter(({ pid }) => pid === 0 || (pid > 0 && processExists(pid)));
  const limit = openFilesLimit();
  if (alive.length === 0 || limit === null) return;
  const logs = new Set(alive.flatMap((record) => logPaths(record.logs)));
  const fifos = alive.reduce((sum, record) => sum + (record.fifos.stderr === null ? 2 : 3), 0);
  const needed = descriptorsInUse() + fifos + logs.size + SPARE;
  if (needed <= limit) return;
  throw new Error(
    `${alive.length} programs run that an earlier keeper started: to take them over takes about ${needed} open files, ` +
      `and ${limit} are allowed. Raise that limit (ulimit -n, LimitNOFILE), and start this again`,
  );
}

function logPaths({ stdout, stderr }: ProcessLogs): string[] {
  return [stdout, stderr].flatMap((spec) => (spec === "stdout" || spec.path === null ? [] : [spec.path]));
}

/** Descriptors for looking around. */
const SPARE = 4;

/** True if the program's FIFOs are in use from now on. */
function takeOver(keeper: ProgramHost, record: ProgramRecord): boolean {
  const program = keeper.program(record.key, record);
  const stat = readStat(record.pid);
  const alive = record.ended === null && stat !== null && isSame(stat, record) && !stat.exiting;
  const run = reopen(program, record, alive);
  if (run === null) {
    if (record.ended === null) tellLost(keeper, record);
    return false;
  }
  if (record.cgroup !== undefined) run.cgroup = new Cgroup(record.cgroup);
  program.begin(run, record.incarnation, record.logs, record.stop);
  if (alive) run.adopt(record.pid, stat.startTime);
  else {
    // Its children may still write; what it wrote itself while nobody listened is in their hands only.
    run.adoptRest(record.pid, record.startTime);
    if (record.ended === null) tellLost(keeper, record);
  }
  return true;
}

/** When it was started is not known if there was no descriptor to look with: then it is known by the life FIFO that it holds. */
function isSame({ pid, startTime }: ProcStat, record: ProgramRecord): boolean {
  return record.startTime === "" ? lifeOf(pid) === record.fifos.life : startTime === record.startTime;
}

/**
 * Opens a run's output again. A log that cannot be opened must not make a live program unknown (it would be started a second
 * time): its output is then read and discarded. If even its FIFOs' names are gone, the program's own descriptors lead there.
 */
function reopen(program: KeptProgram, record: ProgramRecord, alive: boolean): Run | null {
  const { fifos, logs, incarnation, startedAt } = record;
  const own = (fd: number): string => `/proc/${record.pid}/fd/${fd}`;
  const behind = { stdin: own(0), stdout: own(1), stderr: fifos.stderr === null ? null : own(2), life: own(LIFE_FD) };
  const mute: ProcessLogs = {
    stdout: { ...logs.stdout, path: null },
    stderr: logs.stderr === "stdout" ? "stdout" : { ...logs.stderr, path: null },
  };
  for (const attempt of [
    () => program.prepare(fifos, logs, incarnation, startedAt),
    () => (alive ? program.prepare(fifos, mute, incarnation, startedAt) : null),
    () => (alive ? program.prepare(behind, mute, incarnation, startedAt) : null),
  ]) {
    try {
      return attempt();
    } catch (error) {
      if (alive) process.stderr.write(`keeper: cannot take over the output of ${record.key}: ${errnoOf(error)}\n`);
    }
  }
  return null;
}

/** The earlier keeper was killed in the middle of a spawn. Whoever holds the life FIFO is what came of it. */
function takeOverIntent(keeper: ProgramHost, intent: ProgramRecord): boolean {
  const program = keeper.program(intent.key, intent);
  if (program.incarnation >= intent.incarnation) return false; // it was recorded after all
  const holder = findHolder(intent.fifos.life);
  if (holder === null) {
    // It may have begun and ended, and it may never have begun. One end too many, which says that it is not known, does less
    // harm than a run of which nobody ever hears; and its number is used up either way.
    program.incarnation = intent.incarnation;
    program.startedAt = intent.startedAt;
    tellLost(keeper, { ...intent, pid: NEVER_SEEN });
    return false;
  }
  const leader = readStat(holder.session);
  const record = { ...intent, pid: holder.session, startTime: leader?.startTime ?? "" };
  program.incarnation = intent.incarnation;
  if (intent.socket !== undefined) keeper.sockets.adopt(intent.key, intent.socket);
  program.startedAt = intent.startedAt;
  const inUse = takeOver(keeper, record);
  if (program.run !== null && program.alive) keeper.record(program, program.run, null);
  return inUse;
}

/** Its pid, in its record, of a run that nobody has seen. */
const NEVER_SEEN = -1;

function tellLost(keeper: ProgramHost, record: ProgramRecord): void {
  const event: ExitEvent = {
    type: "exit",
    key: record.key,
    incarnation: record.incarnation,
    pid: Math.max(0, record.pid),
    ...UNKNOWN_EXIT,
    at: Date.now(),
    monotonic: monotonicNow(),
  };
  const kept = keeper.journal.add(event);
  // A third keeper is not to tell it anew under another number.
  keeper.recordLost({ ...record, ended: { ...event, seq: kept.seq } });
}

function paths(fifos: FifoPaths): string[] {
  return [fifos.stdin, fifos.stdout, fifos.life, ...(fifos.stderr === null ? [] : [fifos.stderr])];
}

/** As it is now written down: earlier versions recorded the way by which they came to their folder, with the links in it. */
function withoutLinks(fifos: FifoPaths, folder: string): FifoPaths {
  const above = dirname(fifos.life);
  if (above === folder || !isFolder(above, folder)) return fifos;
  const here = (path: string): string => join(folder, basename(path));
  const { stdin, stdout, stderr, life } = fifos;
  return { stdin: here(stdin), stdout: here(stdout), stderr: stderr === null ? null : here(stderr), life: here(life) };
}

function isFolder(path: string, folder: string): boolean {
  try {
    return fs.realpathSync(path) === folder;
  } catch {
    return false;
  }
}
