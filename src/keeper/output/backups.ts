/**
 * The numbered backups of one log file.
 *
 * Theory of operation. Supervisor's naming makes every rotation rename each backup once. Asking for each of 1000 possible names
 * whether it exists would double that, so the lowest free one is looked up once and then tracked. Only what is below the free
 * number moves up. So a rename that fails leaves a gap where it was, the next attempt begins at that gap, and no backup is
 * pushed out or overwritten by rotations that never came to an end.
 *
 * A log that is rotated many times a second would have its keeper do nothing but rename. So then backups move up by several
 * numbers at once, and the next rotations take the numbers below, the highest first: in order as always, but for a moment the
 * lowest numbers lead nowhere. Nor are more kept than wanted meanwhile, but the oldest may have numbers above the limit. As soon as
 * rotations are no longer that many, all move down again. A keeper that is killed before leaves numbers that its
 * successor's rotations fill; if that would keep some above the limit for good, all move down first.
 */
import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import { backupName, MOST_FREE_NUMBERS, mostFree } from "../../files/backup-name.ts";
import { errnoOf } from "../kernel/errno.ts";

export class Backups {
  readonly #path: string;
  #limit: number;
  /** The lowest number that no backup has, those left aside that the next rotations take; `null`: to be looked up. */
  #free: number | null = null;
  /** The lowest numbers, up to this one, are for the next rotations to take. */
  #room = 0;
  #shiftedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(path: string, limit: number) {
    this.#path = path;
    this.#limit = limit;
  }

  /** How many are kept. */
  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    if (limit !== this.#limit) this.settle();
    this.#limit = limit;
  }

  /** Makes `path` the newest backup; the oldest beyond `limit` goes. Throws the system's error if that fails. */
  shift(): void {
    const now = performance.now();
    const hurried = now - this.#shiftedAt < HURRIED;
    this.#shiftedAt = now;
    if (this.#room === 0) this.#moveUp(hurried);
    this.#dropOldest();
    try {
      fs.renameSync(this.#path, this.#name(this.#room));
    } catch (error) {
      // Somebody has made a folder of that name: it is to move up like all others.
      if (errnoOf(error) === "EISDIR") this.#forget();
      throw error;
    }
    this.#room--;
  }

  /** Gives the newest backup its old name again: the file after it could not be created. */
  unshift(): void {
    fs.renameSync(this.#name(this.#room + 1), this.#path);
    this.#room++;
  }

  /** Gives all backups the numbers that they have in the end, from 1 on. */
  settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const [from, end] = [this.#room + 1, this.#free ?? 0];
    // If it fails they stay where they are: in order, and the next rotation looks for the lowest number that is free.
    this.#forget();
    if (from === 1) this.#free = end === 0 ? null : end;
    else attempt(() => (this.#free = this.#moveDown(from, 1, end)));
  }

  #forget(): void {
    this.#free = null;
    this.#room = 0;
  }

  /** Those from `from` on get the numbers from `to` on. @returns the first number that is free then */
  #moveDown(from: number, to: number, end: number): number {
    let free = to;
    for (let number = from; number < end; number++) if (this.#rename(number, free)) free++;
    return free;
  }

  /** Makes room below all backups: for one, or for several if rotations are many. */
  #moveUp(hurried: boolean): void {
    let free = this.#free ?? this.#look();
    if (free <= this.#limit && this.#exists(free)) free = this.#look();
    const most = hurried && free - 1 <= this.#limit ? mostFree(free - 1) : 1;
    let step = 1;
    if (most > 1) for (step = 0; step < most && !this.#exists(free + step);) step++;
    if (step <= 1) {
      step = 1;
      if (free > this.#limit) {
        free = this.#limit;
        // Not by renaming another onto it: ext4 would begin to write that one to disk (auto_da_alloc, ext4(5)).
        this.#remove(free);
      }
    }
    let to = free - 1 + step;
    for (let index = free - 1; index > 0; index--) {
      try {
        if (this.#rename(index, to)) to--;
      } catch (error) {
        this.#free = index + 1;
        throw error;
      }
    }
    this.#free = null;
    // Somebody may have removed many: nobody looks for the newest backup behind more free numbers than that.
    this.#room = Math.min(to, MOST_FREE_NUMBERS);
    this.#free = to === this.#room ? free + step : this.#moveDown(to + 1, this.#room + 1, free + step);
    if (to > 1) this.#timer ??= setTimeout(() => this.#calm(), HURRIED).unref();
  }

  /** Before there is one more: a keeper that is killed in between is not to leave one too many. */
  #dropOldest(): void {
    const oldest = (this.#free ?? 0) - 1;
    if (oldest - this.#room < this.#limit) return;
    // If it stays, the next rotation tries again.
    attempt(() => {
      this.#remove(oldest);
      this.#free = oldest;
    });
  }

  /** Once the log is no longer rotated many times a second. */
  #calm(): void {
    const rest = this.#shiftedAt + HURRIED - performance.now();
    if (rest <= 0) this.settle();
    else this.#timer = setTimeout(() => this.#calm(), rest).unref();
  }

  /** False if there is no such backup: one that somebody has removed is nobody's mistake. */
  #rename(from: number, to: number): boolean {
    try {
      fs.renameSync(this.#name(from), this.#name(to));
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT" && !this.#exists(from)) return false;
      throw error;
    }
  }

  #remove(number: number): void {
    try {
      fs.unlinkSync(this.#name(number));
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }

  #exists(number: number): boolean {
    return fs.existsSync(this.#name(number));
  }

  #name(number: number): string {
    return backupName(this.#path, number);
  }

  /** The lowest number that no backup has. */
  #look(): number {
    const prefix = `${basename(this.#path)}.`;
    const names = new Set(fs.readdirSync(dirname(this.#path)).filter((name) => name.startsWith(prefix)));
    const endOf = (from: number, taken: boolean, last = Infinity): number => {
      let number = from;
      while (number < last && names.has(`${prefix}${number}`) === taken) number++;
      return number;
    };
    const most = mostFree(this.#limit);
    let free = endOf(1, true);
    const above = endOf(free, false, free + most + 1);
    const end = endOf(above, true);
    // Left by a keeper that was killed: once the gap is filled, nobody would know whose those above the limit are.
    if (above > free && above - free <= most && end - 1 > this.#limit && end - 1 <= this.#limit + most)
      attempt(() => {
        free = this.#moveDown(above, free, end);
        while (free - 1 > this.#limit) this.#remove(--free);
      });
    return free;
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // As said where it is attempted.
  }
}

/** Milliseconds between two rotations below which they are many. */
const HURRIED = 100;
