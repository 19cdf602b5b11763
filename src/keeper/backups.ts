import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import { errnoOf } from "./errno.ts";

/**
 * The numbered backups of one log file. Supervisor's naming makes every rotation rename each of them once; asking for each
 * of 1000 possible names whether it exists would double that, so the highest one is looked up once and then tracked.
 */
export class Backups {
  limit: number;
  readonly #path: string;
  #highest: number | null = null;

  constructor(path: string, limit: number) {
    this.#path = path;
    this.limit = limit;
  }

  /** Makes `path` the new `.1`; the oldest beyond `limit` is overwritten. Throws the system's error if that fails. */
  shift(): void {
    this.#highest ??= this.#look();
    for (let index = Math.min(this.#highest, this.limit - 1); index >= 1; index--) {
      rename(`${this.#path}.${index}`, `${this.#path}.${index + 1}`);
    }
    fs.renameSync(this.#path, `${this.#path}.1`);
    this.#highest = Math.min(this.#highest + 1, this.limit);
  }

  /** Gives the newest backup its old name again: the file after it could not be created. */
  unshift(): void {
    rename(`${this.#path}.1`, this.#path);
  }

  #look(): number {
    const prefix = `${basename(this.#path)}.`;
    const numbers = fs
      .readdirSync(dirname(this.#path))
      .filter((name) => name.startsWith(prefix) && /^[1-9]\d{0,8}$/.test(name.slice(prefix.length)))
      .map((name) => Number(name.slice(prefix.length)));
    return numbers.reduce((most, number) => Math.max(most, number), 0);
  }
}

/** A gap in the numbers is nobody's mistake. */
function rename(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
