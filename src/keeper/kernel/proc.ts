import * as fs from "node:fs";
import { errnoOf } from "./errno.ts";
import { loadSystemCalls } from "./system-calls.ts";

/** One process as /proc/PID/stat describes it. */
export interface ProcStat {
  readonly pid: number;
  /** One letter: R, S, D, T, Z, X. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** It has begun to exit: its exit code is final. */
  readonly exiting: boolean;
  /** Clock ticks since boot: with the boot id and the pid, an identity that is never used again. */
  readonly startTime: string;
  /** Clock ticks of processor time, user and system. */
  readonly ticks: number;
  /** Wait status: low seven bits the signal, next byte the exit code. */
  readonly exitCode: number;
}

/** Reads /proc/PID/stat; `null` if there is no such process, no /proc, or no descriptor left to read it with. */
export function readStat(pid: number): ProcStat | null {
  const text = readWhole(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): string => fields[number - 3] ?? "";
  const state = field(3);
  return {
    pid,
    state,
    parent: Number(field(4)),
    group: Number(field(5)),
    session: Number(field(6)),
    exiting: state === "Z" || state === "X" || (Number(field(9)) & PF_EXITING) !== 0,
    startTime: field(22),
    ticks: Number(field(14)) + Number(field(15)),
    exitCode: Number(field(52)),
  };
}

/** When a process was started, in clock ticks since boot; "" if there is no such process. */
export function startTimeOf(pid: number): string {
  return readStat(pid)?.startTime ?? "";
}

/** All of a file that is short, with one read; `null` if it cannot be read. */
function readWhole(file: string): string | null {
  let fd: number;
  try {
    fd = fs.openSync(file, "r");
  } catch {
    return null;
  }
  try {
    return ROOM.toString("latin1", 0, fs.readSync(fd, ROOM, 0, ROOM.length, 0));
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

/** More than 52 numbers and a name of 64 bytes take. */
const ROOM = Buffer.allocUnsafeSlow(4096);

/** Whether a process group has members at all, zombies included: one system call. */
export function groupHasMembers(group: number): boolean {
  return processExists(-group);
}

/** Whether there is such a process, or with a negative number such a group, zombies included. Takes no descriptor, as /proc does. */
export function processExists(pid: number): boolean {
  const calls = loadSystemCalls();
  // As a rule there is nobody: with Node that is an exception.
  if (calls !== null) return calls.exists(pid);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

/** Our soft limit of open files, now; `null` if there is none, or if nobody says. */
export function openFilesLimit(): number | null {
  const calls = loadSystemCalls();
  if (calls !== null) return calls.openFiles();
  const soft = /^Max open files +(\d+)/m.exec(readText("/proc/self/limits"))?.[1];
  return soft === undefined ? null : Number(soft);
}

/** Neither ended nor waiting to be reaped. */
export function isLiving(stat: ProcStat): boolean {
  return stat.state !== "Z" && stat.state !== "X";
}

/** Pids of everything there is, zombies included. */
export function livingPids(): number[] {
  return numbersIn("/proc").map(Number);
}

/** A process that has this file open, looked for everywhere: slow, for when nothing else is known. `null` if there is none. */
export function findHolder(path: string): ProcStat | null {
  for (const name of numbersIn("/proc")) {
    for (const fd of numbersIn(`/proc/${name}/fd`)) {
      try {
        if (name !== String(process.pid) && fs.readlinkSync(`/proc/${name}/fd/${fd}`) === path)
          return readStat(Number(name));
      } catch {
        // It was closed, or its process ended, while this looked.
      }
    }
  }
  return null;
}

function numbersIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** How many descriptors we have open; 0 if nobody says. */
export function descriptorsInUse(): number {
  return numbersIn("/proc/self/fd").length;
}

/** Identifies this boot of the machine; "" where the system does not say. */
export function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id").trim();
}

/** "" if it cannot be read. */
function readText(file: string): string {
  try {
    return fs.readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

const PF_EXITING = 0x4;
