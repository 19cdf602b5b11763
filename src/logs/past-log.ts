/**
 * What a program has logged so far, across rotated files, in pieces.
 *
 * Theory of operation. A log that is being written may be rotated at any moment: `log` becomes `log.1`, `log.1` becomes
 * `log.2`, the oldest goes. A descriptor goes on pointing at its file whatever becomes of the name, so all files are opened
 * in one go, before anything is read; what is read later, at the pace of a slow client, is what was there then. The common
 * question (the last twenty lines) is answered by the first block of the current file, and then the backups are left alone.
 *
 * Reads are synchronous and small: a piece comes from the page cache in microseconds, while a thread pool would cost more
 * than it saves. Between pieces whoever iterates decides when to go on.
 */
import { closeSync, constants, existsSync, fstatSync, readSync, statSync } from "node:fs";
import { backupName, MOST_FREE_NUMBERS, mostFree } from "../files/backup-name.ts";
import { findFile, type FileStat } from "../files/file-moment.ts";
import { openSafely } from "../files/open-safely.ts";
import { planTail, TAIL_BLOCK, type LogPart, type LogRange } from "./plan-tail.ts";

export interface PastWanted {
  /**
   * Where to begin: the last so many lines across all files; or an offset in the file of this moment, in all there is if
   * that file is gone by now. An absent one means the file that the past ends in. Or the last so many bytes.
   */
  readonly from:
    | { readonly lines: number }
    | { readonly bytes: number }
    | { readonly offset: number; readonly file?: string };
  /** How many numbered backups there may be. */
  readonly backups: number;
  /** Where to stop: in the file of this moment (`fileMoment`; absent: the current one) at this size. Absent: at the end. */
  readonly end?: { readonly size: number; readonly file: string | undefined };
}

/**
 * Bytes at most 64 KiB long, in memory that the next piece overwrites; or bytes that should have been there and are gone, as
 * when the log was cleared meanwhile. `left` is how many bytes of the past come after it.
 */
export type PastPiece = ({ readonly bytes: Buffer } | { readonly lost: number }) & { readonly left: number };

/** The past of one log. Close it, whether or not it was read to its end. */
export class PastLog {
  readonly #wanted: PastWanted;
  /** Newest first. */
  readonly #files: readonly OpenFile[];
  /** One for all pieces: new ones would wait for the garbage collector by the dozen. */
  readonly #buffer = Buffer.allocUnsafeSlow(TAIL_BLOCK);

  /** Opens what there is at this moment. What cannot be opened or has no end (a pipe, a terminal) is an empty past. */
  constructor(path: string, wanted: PastWanted) {
    this.#wanted = wanted;
    this.#files = openFiles(path, wanted);
  }

  /**
   * The bytes, oldest first. `null` is a breath: nothing to show yet, but time for the caller to let others run.
   * Reading ends when the iteration is abandoned.
   */
  *pieces(): Generator<PastPiece | null, void> {
    const { end, from: wanted } = this.#wanted;
    const ranges = yield* this.#ranges();
    let left = ranges.reduce((sum, range) => sum + range.to - range.from, 0);
    if ("bytes" in wanted) {
      if (wanted.bytes > left) yield { lost: wanted.bytes - left, left };
      // Deleted, or rotated away altogether since somebody looked.
    } else if (this.#files.length === 0 && end?.file !== undefined && end.size > 0) yield { lost: end.size, left };
    for (const { path, from, to } of ranges) {
      const file = this.#files.find((each) => each.path === path);
      if (file === undefined) continue;
      for (let at = from; at < to;) {
        const bytes = readPiece(file.fd, at, Math.min(to, at + TAIL_BLOCK), this.#buffer);
        if (bytes.length === 0) {
          left -= to - at;
          yield { lost: to - at, left };
          break;
        }
        at += bytes.length;
        left -= bytes.length;
        yield { bytes, left };
      }
    }
  }

  close(): void {
    for (const { fd } of this.#files) closeSync(fd);
  }

  *#ranges(): Generator<null, readonly LogRange[]> {
    const { from } = this.#wanted;
    if ("bytes" in from) {
      let missing = from.bytes;
      const ranges = this.#files.map(({ path, size }) => {
        const taken = Math.min(size, missing);
        missing -= taken;
        return { path, from: size - taken, to: size };
      });
      return ranges.reverse();
    }
    if ("offset" in from) {
      const first = from.file === undefined ? 0 : findFile(this.#files, from.file);
      const files = first === -1 ? this.#files : this.#files.slice(0, first + 1);
      return files
        .map(({ path, size }, index) => ({ path, from: index === first ? from.offset : 0, to: size }))
        .reverse();
    }
    const plan = planTail(this.#files, from.lines);
    let step = plan.next();
    while (step.done !== true) {
      const block = step.value;
      const file = this.#files.find((each) => each.path === block.path);
      const bytes = file === undefined ? Buffer.alloc(0) : readPiece(file.fd, block.from, block.to, this.#buffer);
      step = plan.next(bytes);
      if (step.done !== true) yield null;
    }
    return step.value;
  }
}

interface OpenFile extends LogPart, FileStat {
  readonly fd: number;
}

/** Newest first, beginning with the file that the past ends in. */
function openFiles(path: string, { backups, from, end }: PastWanted): readonly OpenFile[] {
  const current = open(path);
  const cut = (file: OpenFile): OpenFile =>
    end === undefined ? file : { ...file, size: Math.min(file.size, end.size) };
  const isFirst = (file: OpenFile, moment: string | undefined): boolean =>
    moment === undefined || findFile([file, ...newestBackup(path)], moment) === 0;
  const holdsAll = (file: OpenFile): boolean => {
    if ("bytes" in from) return cut(file).size >= from.bytes;
    if ("offset" in from) return isFirst(file, from.file);
    return suffices(cut(file), from.lines);
  };
  if (current !== null && isFirst(current, end?.file) && holdsAll(current)) return [cut(current)];

  const files = [...(current === null ? [] : [current]), ...openBackups(path, backups, current)];
  // Files that are younger than the end of the past are told live. If the one it ends in is gone, so are all before it.
  const first = end?.file === undefined ? 0 : findFile(files, end.file);
  const past = first === -1 ? [] : files.slice(first);
  for (const file of files) if (!past.includes(file)) closeSync(file.fd);
  return past.map((file, index) => (index === 0 ? cut(file) : file));
}

/** All backups but the one that `current` has become meanwhile, and what is younger than it. */
function openBackups(path: string, backups: number, current: OpenFile | null): readonly OpenFile[] {
  for (let tries = 3; ; tries--) {
    const files: OpenFile[] = [];
    /** How many of them are as young as this file, or younger. */
    const counts = new Map(current === null ? [] : [[inodeOf(current), 0]]);
    let free = 0;
    for (let number = 1; number <= backups + mostFree(backups) && files.length < backups; number++) {
      const file = open(backupName(path, number));
      if (file === null) {
        free ||= number;
        continue;
      }
      const count = counts.get(inodeOf(file));
      if (count === undefined) counts.set(inodeOf(file), files.push(file));
      else {
        // Rotations between two opens have moved it here. What was found since is younger, or has moved too and comes again.
        closeSync(file.fd);
        for (const younger of files.splice(count)) {
          closeSync(younger.fd);
          counts.delete(inodeOf(younger));
        }
      }
    }
    // A number that was free for a moment: did others move down, past us, while we looked?
    if (free === 0 || tries === 0 || !existsSync(backupName(path, free))) return files;
    for (const { fd } of files) closeSync(fd);
  }
}

/** While it is open no other file has it. */
function inodeOf({ dev, ino }: OpenFile): string {
  return `${dev}:${ino}`;
}

/** What comes before the log, or nothing. */
function newestBackup(path: string): FileStat[] {
  for (let number = 1; number <= MOST_FREE_NUMBERS + 1; number++) {
    const found = statSync(backupName(path, number), { bigint: true, throwIfNoEntry: false });
    if (found !== undefined) return [found];
  }
  return [];
}

/** Whether the last block alone holds so many lines. */
function suffices(file: OpenFile, lines: number): boolean {
  const plan = planTail([file], lines);
  const step = plan.next();
  if (step.done === true) return lines <= 0;
  const next = plan.next(readPiece(file.fd, step.value.from, step.value.to, Buffer.allocUnsafe(TAIL_BLOCK)));
  return next.done === true && (next.value[0]?.from ?? 0) > 0;
}

/** `null` for what is not there, may not be read, or has no end. */
function open(path: string): OpenFile | null {
  let fd: number;
  try {
    // O_NONBLOCK: the open of a FIFO would wait for somebody to write to it, and we with it.
    fd = openSafely(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  const stat = fstatSync(fd, { bigint: true });
  if (stat.isFile()) return { path, fd, size: Number(stat.size), dev: stat.dev, ino: stat.ino, mtimeNs: stat.mtimeNs };
  closeSync(fd);
  return null;
}

/** Shorter than asked for only at the end of the file. Empty too when the disk refuses. */
function readPiece(fd: number, from: number, to: number, memory: Buffer): Buffer {
  const buffer = memory.subarray(0, to - from);
  let filled = 0;
  try {
    while (filled < buffer.length) {
      const count = readSync(fd, buffer, filled, buffer.length - filled, from + filled);
      if (count === 0) break;
      filled += count;
    }
  } catch {
    // Told as lost by whoever misses the bytes.
  }
  return buffer.subarray(0, filled);
}
