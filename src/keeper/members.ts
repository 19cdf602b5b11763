import * as fs from "node:fs";
import type { Member } from "../protocol/keeper.ts";
import { isLiving, livingPids, readStat, type ProcStat } from "./kernel/proc.ts";
import { LIFE_FD } from "./spawn/spawn-program.ts";

/** What is known of a run whose processes are looked for. */
export interface Sought {
  /** Of the process that was started: it led a session of that number. */
  readonly pid: number;
  readonly startTime: string;
  /** It ended when no keeper was its parent: its number may have been that of a stranger, and of his session, since. */
  readonly unseen: boolean;
  /** Path of the life FIFO. */
  readonly life: string;
  /** Pids that are known to belong to it otherwise. */
  readonly also: readonly number[];
}

/**
 * The processes of each run, its first one included. One belongs to a run if it is in its session, or if it holds the run's life
 * FIFO: it is inherited by all that a program starts, also by what calls `setsid`, until somebody closes it. Nobody else can be
 * taken for a member, however pids are used again: of a run whose first process ended unseen, the session counts only if one who
 * holds the life FIFO is in it, since a number is not used again while there is a session of it. One look at /proc for all runs.
 *
 * Never the keeper: among the many descriptors of one with forty programs, number 120 is as likely as not its own end of a life FIFO.
 */
export function findMembers<T extends Sought>(runs: readonly T[]): Map<T, number[]> {
  const found = new Map<T, number[]>(runs.map((run) => [run, []]));
  const bySession = new Map(runs.filter((run) => !run.unseen && !isTaken(run)).map((run) => [run.pid, run]));
  const byLife = new Map(runs.map((run) => [run.life, run]));
  if (runs.length === 0) return found;
  const others: ProcStat[] = [];
  const proved = new Map<number, T>();
  for (const pid of livingPids()) {
    if (pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === null || !isLiving(stat)) continue;
    const run = bySession.get(stat.session) ?? byLife.get(lifeOf(pid));
    if (run === undefined) others.push(stat);
    else found.get(run)?.push(pid);
    if (run !== undefined && run.unseen && stat.session === run.pid) proved.set(run.pid, run);
  }
  for (const { pid, session } of others) found.get(proved.get(session) as T)?.push(pid);
  for (const [run, pids] of found) pids.push(...run.also.filter((pid) => !pids.includes(pid)));
  return found;
}

/** Its number is that of another process by now, which may lead a session of strangers. */
function isTaken(run: Sought): boolean {
  const now = readStat(run.pid);
  return now !== null && now.startTime !== run.startTime;
}

/** The life FIFO that a process holds; "" if none. A FIFO whose name is gone keeps it, with a note. */
export function lifeOf(pid: number): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/fd/${LIFE_FD}`).replace(/ \(deleted\)$/, "");
  } catch {
    return "";
  }
}

/** A process as it is shown; `null` if it has ended. */
export function describeMember(pid: number): Member | null {
  const stat = readStat(pid);
  if (stat === null || !isLiving(stat)) return null;
  try {
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const status = fs.readFileSync(`/proc/${pid}/status`, "latin1");
    const uptime = Number(fs.readFileSync("/proc/uptime", "latin1").split(" ")[0]);
    const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? "";
    return {
      pid,
      parent: stat.parent,
      command: (command === "" ? `[${name}]` : command).slice(0, LONGEST_COMMAND),
      memory: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) * 1024,
      cpuSeconds: stat.ticks / TICKS_PER_SECOND,
      age: Math.max(0, uptime - Number(stat.startTime) / TICKS_PER_SECOND),
    };
  } catch {
    return null;
  }
}

/** Characters. */
const LONGEST_COMMAND = 300;
/** USER_HZ: 100 on every Linux. */
const TICKS_PER_SECOND = 100;
