import { readFileSync, readdirSync } from "node:fs";

/*
 * Theory. A program is a tree: what it started counts too. A process belongs to the program that is its ancestor; one whose
 * parent has died belongs to the program whose session it is in (each program leads a session of its own). One look reads
 * /proc/PID/stat of everything once; CPU is the difference between two looks. Nothing is read unless somebody asks.
 */

/** What one program's tree uses. */
export interface Usage {
  /** Percent of one processor since the look before; `null` at the first one. */
  readonly cpu: number | null;
  /** Processor seconds, user and system, of those in the tree now and of the children they have waited for. */
  readonly cpuSeconds: number;
  /** Resident bytes; pages that processes share count for each. */
  readonly memory: number;
  readonly processes: number;
  readonly pids: readonly number[];
}

interface Look {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Ticks by pid and start time: a pid that is used again is another process. */
  readonly ticks: ReadonlyMap<string, number>;
}

/** Looks younger than this are shared by all who ask. Milliseconds. */
const FRESH = 1000;
/** A difference over more than this is no news any more. */
const STALE = 60_000;
/** USER_HZ: 100 on every Linux, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** CPU and memory of programs by their process ids, from /proc; empty where there is none. */
export class UsageMeter {
  readonly #now: () => number;
  #last: Look | null = null;
  #result = new Map<number, Usage>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The usage of each of these processes' trees. @param pids leaders of their sessions. */
  measure(pids: readonly number[]): ReadonlyMap<number, Usage> {
    const at = this.#now();
    const isKnown = pids.every((pid) => pid === 0 || this.#result.has(pid));
    if (this.#last !== null && at - this.#last.at < FRESH && isKnown) return this.#result;
    const before = this.#last !== null && at - this.#last.at < STALE ? this.#last : null;
    const all = readProcesses();
    const leaders = new Set(pids.filter((pid) => pid !== 0));
    const trees = new Map<number, ProcessLine[]>();
    for (const one of all.values()) {
      const leader = leaderOf(one, leaders, all);
      if (leader === null) continue;
      const tree = trees.get(leader);
      if (tree === undefined) trees.set(leader, [one]);
      else tree.push(one);
    }
    const ticks = new Map<string, number>();
    this.#result = new Map();
    for (const [leader, tree] of trees) this.#result.set(leader, sum(tree, ticks, before, at));
    this.#last = { at, ticks };
    return this.#result;
  }
}

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly ticks: number;
  readonly waitedTicks: number;
  readonly pages: number;
  readonly identity: string;
}

function sum(tree: readonly ProcessLine[], ticks: Map<string, number>, before: Look | null, at: number): Usage {
  let used = 0;
  let total = 0;
  let pages = 0;
  for (const one of tree) {
    ticks.set(one.identity, one.ticks);
    // One that was not there before has used all of its time since.
    used += Math.max(0, one.ticks - (before?.ticks.get(one.identity) ?? 0));
    total += one.ticks + one.waitedTicks;
    pages += one.pages;
  }
  const isNew = before === null || !tree.some((one) => before.ticks.has(one.identity));
  return {
    cpu: isNew ? null : (used / TICKS_PER_SECOND / ((at - before.at) / 1000)) * 100,
    cpuSeconds: total / TICKS_PER_SECOND,
    memory: pages * pageSize(),
    processes: tree.length,
    pids: tree.map((one) => one.pid),
  };
}

function leaderOf(
  one: ProcessLine,
  leaders: ReadonlySet<number>,
  all: ReadonlyMap<number, ProcessLine>,
): number | null {
  for (let at: ProcessLine | undefined = one, depth = 0; at !== undefined && depth < 64; depth++) {
    if (leaders.has(at.pid)) return at.pid;
    at = all.get(at.parent);
  }
  return leaders.has(one.session) ? one.session : null;
}

function readProcesses(): Map<number, ProcessLine> {
  const found = new Map<number, ProcessLine>();
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return found;
  }
  for (const name of names) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const line = readProcess(Number(name));
    if (line !== null) found.set(line.pid, line);
  }
  return found;
}

function readProcess(pid: number): ProcessLine | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    // It ended in the meantime.
    return null;
  }
  // The second field is a name in parentheses that may hold anything, spaces and parentheses included.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    pid,
    parent: field(4),
    session: field(6),
    ticks: field(14) + field(15),
    waitedTicks: field(16) + field(17),
    pages: field(24),
    identity: `${pid} ${fields[22 - 3] ?? ""}`,
  };
}

let knownPageSize = 0;

/** Not always 4096 (arm64 has 16 and 64 KiB too); the kernel does not say it in /proc, but we know our own size both ways. */
function pageSize(): number {
  if (knownPageSize !== 0) return knownPageSize;
  const own = readProcess(process.pid);
  const ratio = own === null || own.pages === 0 ? 4096 : process.memoryUsage.rss() / own.pages;
  knownPageSize = 2 ** Math.round(Math.log2(ratio));
  return knownPageSize;
}
