import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import { errnoOf } from "../kernel/errno.ts";

/**
 * The numbered backups of one log file. Supervisor's naming makes every rotation rename each of them once; asking for each
 * of 1000 possible names whether it exists would double that, so the lowest free one is looked up once and then tracked.
 *
 * Only what is below the free number moves up. So a rename that fails leaves a gap where it was, the next attempt begins at that
 * gap, and no backup is pushed out or overwritten by rotations that never came to an end.
 */
export class Backups {
  limit: number;
  readonly #path: string;
  /** The lowest number that no backup has; `null`: to be looked up. */
  #free: number | null = null;

  constructor(path: string, limit: number) {
    this.#path = path;
    this.limit = limit;
  }

  /** Makes `path` the new `.1`; the oldest beyond `limit` is overwritten. Throws the system's error if that fails. */
  shift(): void {
    const free = Math.min(this.#free ?? this.#look(), this.limit);
    let to = this.#name(free);
    for (let index = free - 1; index >= 0; index--) to = this.#move(index, to);
    this.#free = free < this.limit && fs.existsSync(this.#name(free + 1)) ? null : free + 1;
  }

  /** Gives the newest backup its old name again: the file after it could not be created. */
  unshift(): void {
    fs.renameSync(this.#name(1), this.#path);
    this.#free = 1;
  }

  /** To the name after its own; returns its own, which is the next one's to have. */
  #move(index: number, to: string): string {
    const from = this.#name(index);
    try {
      fs.renameSync(from, to);
    } catch (error) {
      // A backup that somebody has removed is nobody's mistake.
      if (index > 0 && errnoOf(error) === "ENOENT" && !fs.existsSync(from)) return from;
      this.#free = index + 1;
      throw error;
    }
    return from;
  }

  #name(index: number): string {
    return index === 0 ? this.#path : `${this.#path}.${index}`;
  }

  #look(): number {
    const prefix = `${basename(this.#path)}.`;
    const names = new Set(fs.readdirSync(dirname(this.#path)).filter((name) => name.startsWith(prefix)));
    let free = 1;
    while (names.has(`${prefix}${free}`)) free++;
    return free;
  }
}
