/**
 * A log file on disk: append, rotate between lines, survive a full disk with an exact account.
 *
 * Theory of operation. Every write is synchronous, in the tick of the read, so that bytes exist in one place only and the
 * order of output and death is certain. Rotation happens after the line that reaches `maxbytes`, so no line is split
 * across files and a file is at most `maxbytes` plus one line. Names are Supervisor's (`backups.ts`).
 *
 * When a write fails (disk full, folder gone) the file is cut back to its last full line and the input is dropped up to a
 * line start; every chunk tries again, and the first that succeeds is preceded by one marker line. So at any time
 * `logged + dropped` is what the program produced, and the file holds `logged` bytes plus markers, in whole lines.
 *
 * The file is always O_APPEND (external truncation, as logrotate's copytruncate does it, leaves no hole), and once a
 * second of writing its name is compared with its inode: deleted or renamed files are created anew at the next line start.
 */
import * as fs from "node:fs";
import { Backups } from "./backups.ts";
import { errnoOf } from "../kernel/errno.ts";
import { identityAt, openLogFile } from "./open-log-file.ts";
import type { LogTarget, WriteCount } from "./log-target.ts";

export class RotatingFile implements LogTarget {
  readonly path: string;
  readonly busy = false;
  /** Called when it has become another file on disk, with the one that it was. */
  onIdentity: ((file: RotatingFile, before: string) => void) | null = null;
  #maxbytes: number;
  readonly #backups: Backups;
  /** -1: not open yet. */
  #fd = -1;
  #identity = "";
  #size = 0;
  /** Offset behind the last newline written: where the file is cut back to. */
  #lineStart = 0;
  #failing: string | null = null;
  /** Bytes dropped since the last byte that was written. */
  #lost = 0;
  /** The input is inside a line whose beginning was dropped. */
  #skipping = false;
  /** The name no longer leads to this file: continue in a new one at the next line start. */
  #moved = false;
  #checkedAt = performance.now();

  /**
   * Opens or creates `path`. Throws the system's error, such as EISDIR, EACCES or ELOOP; but not for a full disk or a folder that
   * somebody has removed: that passes, and until then a program is to run without its log rather than not at all.
   *
   * @param late open it when there is something to write
   */
  constructor(path: string, maxbytes: number, backups: number, late = false) {
    this.path = path;
    this.#maxbytes = maxbytes;
    this.#backups = new Backups(path, backups);
    if (late) {
      this.#moved = true;
      return;
    }
    try {
      this.#open();
    } catch (error) {
      this.#failing = errnoOf(error);
      if (!PASSING.has(this.#failing)) throw error;
      this.#moved = true;
    }
  }

  /** Device and inode: two names of one file are one target. "" if it is not open yet. */
  get identity(): string {
    return this.#identity;
  }

  get failing(): string | null {
    return this.#failing;
  }

  setLimits(maxbytes: number, backups: number): void {
    this.#maxbytes = maxbytes;
    this.#backups.limit = backups;
  }

  write(chunk: Uint8Array): WriteCount {
    this.#checkName();
    const count = { logged: 0, dropped: 0 };
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#skipping) {
        const newline = rest.indexOf(NEWLINE);
        const cut = newline === -1 ? rest.length : newline + 1;
        this.#drop(cut, count);
        this.#skipping = newline === -1;
        rest = rest.subarray(cut);
        continue;
      }
      const piece = this.#nextPiece(rest);
      rest = rest.subarray(piece.length);
      if (!this.#append(piece, count)) {
        // One attempt per chunk: on a full disk every further one would cost a system call for nothing.
        this.#drop(rest.length, count);
        this.#skipping = chunk[chunk.length - 1] !== NEWLINE;
        break;
      }
      if (this.#lineStart === this.#size) this.#betweenLines();
    }
    return count;
  }

  /** Reopens by name. In the middle of a line the new file is created now and used from the next line on. */
  reopen(): void {
    // Not open yet, and there: it will be opened by name.
    if (this.#fd === -1 && this.#failing === null && identityAt(this.path) !== "") return;
    try {
      if (this.#lineStart === this.#size) this.#open();
      else {
        fs.closeSync(openLogFile(this.path).fd);
        this.#moved = true;
      }
    } catch (error) {
      this.#failing = errnoOf(error);
      this.#moved = true;
    }
  }

  /** A program starts that logs to it: there is a file of its name, whatever became of the one that earlier programs write to. */
  join(): void {
    if (this.#identity === "" || identityAt(this.path) !== this.#identity) this.reopen();
  }

  /** Empties the file of this name, which is made if there is none. The inode stays, so whoever follows it sees it shrink. */
  clear(): void {
    // What was renamed is somebody's copy by now.
    if (this.#moved || identityAt(this.path) !== this.#identity) this.#open();
    fs.ftruncateSync(this.#fd, 0);
    this.#size = 0;
    this.#lineStart = 0;
  }

  /**
   * Goes on as one that was opened just now. False if it had to be opened: its name leads elsewhere, or not all was well with it.
   * Throws the system's error.
   */
  takeUp(): boolean {
    if (this.#moved || this.#failing !== null) return false;
    const found = fs.statSync(this.path, { throwIfNoEntry: false, bigint: true });
    if (found === undefined || `${found.dev}:${found.ino}` !== this.#identity) return false;
    this.#size = this.#lineStart = Number(found.size);
    return true;
  }

  close(): void {
    // The account of a file that never got better is written if there is room for one line by now.
    if (this.#lost > 0) this.#append(new Uint8Array(0), { logged: 0, dropped: 0 });
    this.#backups.settle();
    const fd = this.#fd;
    this.#fd = -1;
    closeLog(fd);
  }

  onDrain(): void {
    // Synchronous: never busy, so nothing ever drains.
  }

  /** The longest beginning of `rest` after which the file may have to change: up to the newline that fills it. */
  #nextPiece(rest: Uint8Array): Uint8Array {
    const room = this.#moved ? 1 : this.#maxbytes > 0 ? this.#maxbytes - this.#size : Infinity;
    if (room > rest.length) return rest;
    const newline = rest.indexOf(NEWLINE, Math.max(0, room - 1));
    return newline === -1 ? rest : rest.subarray(0, newline + 1);
  }

  #betweenLines(): void {
    try {
      if (this.#moved) this.#open();
      if (this.#maxbytes > 0 && this.#size >= this.#maxbytes) this.#rotate();
    } catch (error) {
      // Without a new file the old one is still good: it grows beyond its limit, but nothing is lost.
      this.#failing = errnoOf(error);
    }
  }

  #rotate(): void {
    const now = fs.fstatSync(this.#fd);
    this.#size = now.size;
    this.#lineStart = now.size;
    if (now.size < this.#maxbytes) return; // somebody truncated it
    if (identityAt(this.path) !== this.#identity) {
      this.#open(); // somebody renamed it: that file is not ours to shift any more
      return;
    }
    if (this.#backups.limit === 0) {
      fs.ftruncateSync(this.#fd, 0);
      this.#size = 0;
      this.#lineStart = 0;
      return;
    }
    this.#backups.shift();
    try {
      this.#open(now.mode & 0o777);
    } catch (error) {
      this.#backups.unshift();
      throw error;
    }
  }

  #open(mode?: number): void {
    const opened = openLogFile(this.path, mode);
    const [fd, before] = [this.#fd, this.#identity];
    this.#fd = opened.fd;
    closeLog(fd);
    this.#identity = opened.identity;
    if (before !== opened.identity) this.onIdentity?.(this, before);
    this.#size = opened.size;
    this.#lineStart = opened.size;
    this.#moved = false;
  }

  #checkName(): void {
    const now = performance.now();
    if (now - this.#checkedAt < 1000) return;
    this.#checkedAt = now;
    if (identityAt(this.path) === this.#identity) return;
    this.#moved = true;
    if (this.#lineStart === this.#size) this.#betweenLines();
  }

  #append(piece: Uint8Array, count: WriteCount): boolean {
    const marker = this.#lost > 0 ? markerLine(this.#lost, this.#failing) : "";
    const data = marker === "" ? piece : Buffer.concat([Buffer.from(marker), piece]);
    let written = 0;
    try {
      // A failed reopen at a line start: do not fill a file that nobody can find.
      if (this.#moved && this.#lineStart === this.#size) this.#open();
      while (written < data.length) written += fs.writeSync(this.#fd, data, written);
    } catch (error) {
      this.#cutBack(data, written, marker.length, piece.length, count);
      this.#failing = errnoOf(error);
      return false;
    }
    const newline = data.lastIndexOf(NEWLINE);
    if (newline !== -1) this.#lineStart = this.#size + newline + 1;
    this.#size += data.length;
    count.logged += piece.length;
    this.#lost = 0;
    this.#failing = null;
    return true;
  }

  #cutBack(data: Uint8Array, written: number, marker: number, length: number, count: WriteCount): void {
    const lines = data.subarray(0, written).lastIndexOf(NEWLINE) + 1;
    // A marker with no line behind it goes again: the same loss is still going on.
    const kept = lines > marker ? lines : 0;
    const logged = kept > 0 ? kept - marker : marker > 0 ? 0 : this.#lineStart - this.#size;
    // What is too much is at the end of the file, which somebody may have emptied since we counted: cut back to a place that we
    // remember, it would grow, by zeros.
    const excess = written - (kept > 0 ? kept : logged);
    let end = this.#size + written - excess;
    try {
      if (excess > 0) {
        end = Math.max(0, fs.fstatSync(this.#fd).size - excess);
        fs.ftruncateSync(this.#fd, end);
      }
    } catch {
      // The half line stays; the count below still says what was promised to the reader of the log.
    }
    count.logged += logged;
    count.dropped += length - logged;
    this.#lost = (kept > 0 ? 0 : this.#lost) + length - logged;
    this.#size = end;
    this.#lineStart = end;
  }

  #drop(bytes: number, count: WriteCount): void {
    count.dropped += bytes;
    this.#lost += bytes;
  }
}

/** @param fd -1: none */
function closeLog(fd: number): void {
  try {
    if (fd !== -1) fs.closeSync(fd);
  } catch (error) {
    // A network disk may say only now that it is full (close(2), EDQUOT and EIO); the descriptor is gone all the same. No reason for
    // the end of a program not to be told, or for the next file not to be used. A descriptor that is not ours is another matter: that
    // is a mistake of this keeper, and must be seen.
    if (errnoOf(error) === "EBADF") throw error;
  }
}

const NEWLINE = 10;
const PASSING: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "ENOENT"]);

function markerLine(lost: number, errno: string | null): string {
  return `[sup] dropped ${lost} bytes here: ${errno ?? "error"}\n`;
}
