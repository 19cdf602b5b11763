import { readFileSync } from "node:fs";
import type { MemoryLimit } from "./memory-limit.ts";
import { kill } from "./world.ts";

/** How often it looks, in milliseconds. A process can be beyond the limit for as long. */
const EVERY = 2;

/** Does what the kernel's would, from outside: looks at what the processes use, and kills who goes beyond. */
export class WatchedLimit implements MemoryLimit {
  readonly kind: string;
  /** Bytes that each had when it was put under the limit. */
  readonly #before = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #limit = Infinity;
  #kills = 0;

  /** `why`: what is wrong with the kernel's. */
  constructor(why: string) {
    this.kind = `SIGKILL from outside (${why})`;
    this.#timer = setInterval(() => this.#look(), EVERY);
  }

  add(pid: number): void {
    const bytes = anonymousBytes(pid);
    if (bytes === null) throw new Error(`there is no process ${pid}`);
    this.#before.set(pid, bytes);
  }

  set(bytes: number): void {
    this.#limit = bytes;
  }

  get used(): number {
    let sum = 0;
    for (const [pid, before] of this.#before) sum += Math.max(0, (anonymousBytes(pid) ?? 0) - before);
    return sum;
  }

  get kills(): number {
    return this.#kills;
  }

  remove(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of this.#before.keys()) if (anonymousBytes(pid) === null) this.#before.delete(pid);
    if (this.used <= this.#limit) return;
    for (const pid of this.#before.keys()) if (kill(pid, "SIGKILL")) this.#kills += 1;
    this.#before.clear();
  }
}

/** What is a process's own, not a file's: what a control group counts as well. `null` for who is gone. */
function anonymousBytes(pid: number): number | null {
  try {
    const line = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return line === null ? null : Number(line[1]) * 1024;
  } catch {
    return null;
  }
}
