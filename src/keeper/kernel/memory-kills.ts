import * as fs from "node:fs";
import { join } from "node:path";
import { ownGroup } from "./own-group.ts";

/** Milliseconds. */
const FRESH = 1000;

/** How many processes the kernel had killed for lack of memory, as one file counted them. */
export interface KillCount {
  readonly file: string;
  readonly count: number;
}

/**
 * What the kernel has killed for lack of memory in the control group that the keeper and its programs are in: of a container, a service
 * or a session. It does not say whom, where everybody may read; but who knows the count of before knows whether there was anything.
 */
export class MemoryKills {
  readonly #count: () => KillCount | null;
  readonly #now: () => number;
  #known: KillCount | null = null;
  #knownAt = Number.NEGATIVE_INFINITY;
  /** Up to here they have been told of. */
  #told: KillCount | null = null;

  /** @param now milliseconds of any clock that only goes on */
  constructor(count: () => KillCount | null = countKills, now: () => number = () => performance.now()) {
    this.#count = count;
    this.#now = now;
  }

  /** The count at a start, or up to a second before it: where many are started, it is looked at once. `null` if nobody counts. */
  before(): KillCount | null {
    const now = this.#now();
    if (now - this.#knownAt < FRESH) return this.#known;
    this.#known = this.#count();
    this.#knownAt = now;
    return this.#known;
  }

  /**
   * To be asked once at an end by SIGKILL that nobody here has sent: how many were killed since the count was `before`, without those
   * that ends before this one were told of. 0 also where that is not known.
   */
  since(before: KillCount | null): number {
    const now = this.#count();
    if (before === null || now === null || before.file !== now.file) return 0;
    const from = this.#told?.file === now.file ? Math.max(before.count, this.#told.count) : before.count;
    const killed = Math.max(0, now.count - from);
    // One of them is for this end; the others are for those that are told of next.
    if (killed > 0) this.#told = { file: now.file, count: from + 1 };
    return killed;
  }
}

/** Our group's own count. With version 1 it is in the hierarchy of the memory controller. */
export function countKills(): KillCount | null {
  const now = performance.now();
  // Somebody may put us into another one; to look for it takes longer than to read the count.
  if (now - groups.at > FRESH) groups = { at: now, unified: ownGroup(), memory: ownGroup("memory") };
  return (
    countIn(groups.unified, "memory.events") ?? // cgroup-v2.rst: with all groups below
    countIn(groups.memory, "memory.oom_control")
  );
}

let groups: { readonly at: number; readonly unified: string | null; readonly memory: string | null } = {
  at: Number.NEGATIVE_INFINITY,
  unified: null,
  memory: null,
};

function countIn(folder: string | null, name: string): KillCount | null {
  if (folder === null) return null;
  const file = join(folder, name);
  try {
    const count = /^oom_kill (\d+)$/m.exec(fs.readFileSync(file, "latin1"))?.[1];
    return count === undefined ? null : { file, count: Number(count) };
  } catch {
    return null;
  }
}

/** Of this process. */
export const memoryKills = new MemoryKills();
