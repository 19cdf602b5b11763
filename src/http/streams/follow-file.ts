import { closeSync, fstatSync, readSync, statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { openJustRotated } from "../../files/open-just-rotated.ts";
import { openRegular } from "../../files/open-regular.ts";
import { openSuccessor } from "./log-successor.ts";

/*
 * Theory. The file is read through one descriptor and watched by name. A change of the file is news to read; a rename or an
 * unlink shows as a change too, and then the name is looked at again: what was written after the old file (log-successor.ts) is
 * read from its beginning once the old one has been read to its end. A new file that is still empty is watched and waits: who
 * renamed the old one may have left its writer there. While the name leads nowhere its folder is watched instead, because
 * there is nothing else that could tell of a new file. A folder is not watched otherwise: logs of many programs share one.
 *
 * A reader that is slower than the writer costs nothing but its place: the files are the buffer. If its file is rotated away
 * altogether, that is said where output may be missing.
 *
 * Where the system has no watches left, for which all of a user's programs share one limit, the file is looked at every second.
 */

export interface FollowOptions {
  /** Bytes before the present end to begin with. */
  readonly tail: number;
  /** Takes what was read; false means that it wants no more until `resume`. */
  readonly write: (bytes: Uint8Array) => boolean;
  /** The file can no longer be followed. */
  readonly onError: (error: Error) => void;
}

/** What is written when a file has become shorter. */
export const TRUNCATION_MARKER = "==> File truncated <==\n";
/** What is written when files were rotated away before they could be read. */
export const GAP_MARKER = "==> Output may be missing here: the log was rotated away <==\n";

const CHUNK = 65_536;
/** Milliseconds between two looks at a file that cannot be watched. */
const LOOK_EVERY = 1000;
/** Watches have run out, or what they are made of. */
const NO_WATCH: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EMFILE", "ENFILE", "ENOMEM"]);

interface Watch {
  close(): void;
}

/** A file that is being read as it grows, through rotation and truncation. */
export class FollowedFile {
  readonly #path: string;
  readonly #options: FollowOptions;
  #fd: number;
  #position: number;
  #paused = false;
  #closed = false;
  #clearedOnPurpose = false;
  #fileWatcher: Watch | null = null;
  /** Of a successor that is empty so far. */
  #nextWatcher: Watch | null = null;
  #folderWatcher: Watch | null = null;

  /** `null` if there is no such file, or none whose end could be read. */
  static open(path: string, options: FollowOptions): FollowedFile | null {
    const fd = openRegular(path) ?? openJustRotated(path);
    return fd === null ? null : new FollowedFile(path, fd, options);
  }

  private constructor(path: string, fd: number, options: FollowOptions) {
    this.#path = path;
    this.#fd = fd;
    this.#options = options;
    this.#position = Math.max(0, fstatSync(fd).size - options.tail);
  }

  /** Last change of the file. */
  get modified(): Date {
    return fstatSync(this.#fd).mtime;
  }

  /** Begins to write. */
  start(): void {
    this.#attempt(() => {
      this.#watchFile();
      this.#look();
    });
  }

  /** More can be taken. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#attempt(() => this.#look());
  }

  /** Somebody is about to empty the file: that it becomes shorter is no surprise to tell of. Pair with `cleared`. */
  expectClearing(): void {
    this.#attempt(() => {
      this.#look();
      this.#clearedOnPurpose = true;
    });
  }

  /** It has been emptied. If that did not show, so much has been written since that only we know. */
  cleared(): void {
    if (!this.#clearedOnPurpose) return;
    this.#clearedOnPurpose = false;
    this.#position = 0;
    this.#attempt(() => this.#look());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fileWatcher?.close();
    this.#nextWatcher?.close();
    this.#folderWatcher?.close();
    closeSync(this.#fd);
  }

  #attempt(action: () => void): void {
    if (this.#closed) return;
    try {
      action();
    } catch (error) {
      this.close();
      this.#options.onError(error as Error);
    }
  }

  #look(): void {
    for (;;) {
      this.#readOn();
      if (this.#paused || !this.#takeSuccessor()) return;
    }
  }

  #readOn(): void {
    const { size } = fstatSync(this.#fd);
    if (size < this.#position) {
      this.#position = 0;
      if (!this.#clearedOnPurpose) this.#write(Buffer.from(TRUNCATION_MARKER));
      this.#clearedOnPurpose = false;
    }
    while (!this.#paused) {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const count = readSync(this.#fd, buffer, 0, CHUNK, this.#position);
      if (count === 0) return;
      this.#position += count;
      this.#write(buffer.subarray(0, count));
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#options.write(bytes)) this.#paused = true;
  }

  /** Goes over to what was written after this file. False: there is nothing, or not yet. */
  #takeSuccessor(): boolean {
    const next = openSuccessor(this.#path, this.#fd);
    if (next === null) {
      this.#watchFolder();
      return false;
    }
    this.#folderWatcher?.close();
    this.#folderWatcher = null;
    if (next === "none") return false;
    // What came between the last read and the loss of the name.
    this.#readOn();
    if (this.#paused || (next.isCurrent && this.#isStillEmpty(next.fd))) {
      closeSync(next.fd);
      return false;
    }
    if (next.isGap) this.#write(Buffer.from(GAP_MARKER));
    closeSync(this.#fd);
    this.#fd = next.fd;
    this.#position = 0;
    this.#clearedOnPurpose = false;
    if (next.isCurrent) this.#watchFile();
    return true;
  }

  #isStillEmpty(next: number): boolean {
    if (fstatSync(next).size > 0) return false;
    this.#nextWatcher?.close();
    this.#nextWatcher = this.#watch(this.#path);
    // It may have got its first bytes between the look and the watch.
    return fstatSync(next).size === 0;
  }

  #watchFile(): void {
    this.#fileWatcher?.close();
    this.#nextWatcher?.close();
    this.#fileWatcher = null;
    this.#nextWatcher = null;
    try {
      this.#fileWatcher = this.#watch(this.#path);
    } catch (error) {
      // Gone since it was opened: the folder will tell of its successor.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      this.#watchFolder();
    }
  }

  #watchFolder(): void {
    if (this.#folderWatcher !== null) return;
    this.#folderWatcher = this.#watch(dirname(this.#path));
    // It may have come between the last look and now.
    if (isNamed(this.#path)) queueMicrotask(() => this.#attempt(() => this.#look()));
  }

  #watch(path: string): Watch {
    const look = (): void => this.#attempt(() => this.#look());
    try {
      const watcher = watch(path, look);
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch (error) {
      if (!NO_WATCH.has((error as NodeJS.ErrnoException).code)) throw error;
      const timer = setInterval(look, LOOK_EVERY);
      return { close: () => clearInterval(timer) };
    }
  }
}

function isNamed(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
