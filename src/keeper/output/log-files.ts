import * as fs from "node:fs";
import type { LogSpec } from "../../protocol/keeper.ts";
import { emptyFile } from "../../files/empty-file.ts";
import { isOwnStream, PlainTarget } from "./plain-target.ts";
import { RotatingFile } from "./rotating-file.ts";
import type { LogTarget } from "./log-target.ts";

/**
 * All open log targets. Streams that name the same file, by whatever path, share one writer: two writers would rotate it
 * under each other.
 */
export class LogFiles {
  readonly #open = new Map<LogTarget, number>();
  /** Of the open ones. By what is looked for at each start: there may be thousands of them. */
  readonly #byPath = new Map<string, LogTarget>();
  readonly #byIdentity = new Map<string, RotatingFile>();
  /** Those that have not been opened yet: nothing was written to them. */
  readonly #unopened = new Set<LogTarget>();
  /** Open, but used by nobody: since when, oldest first. */
  readonly #held = new Map<LogTarget, number>();
  #timer: NodeJS.Timeout | null = null;
  readonly #ending = new Set<Promise<void>>();

  /** How many more descriptors are needed as soon as something is written to all of them. */
  get unopened(): number {
    return this.#unopened.size;
  }

  /** What a stream is written to; `null`: nothing. Throws the system's error. Pair with `release`. */
  acquireFor(spec: LogSpec): LogTarget | null {
    if (spec.console !== undefined) return this.console();
    return spec.path === null ? null : this.acquire(spec.path, spec.maxbytes, spec.backups, spec.openLate);
  }

  /** Our own standard output, whatever it is: never rotated, not even if it is a file. Pair with `release`. */
  console(): LogTarget {
    return this.#use(this.#byPath.get(CONSOLE) ?? new PlainTarget(CONSOLE));
  }

  /**
   * Opens `path` or joins whoever has it open. Throws the system's error. Pair with `release`.
   *
   * @param late whether a file that is there need not be opened before something is written to it
   */
  acquire(path: string, maxbytes: number, backups: number, late = false): LogTarget {
    const target = this.#known(path) ?? this.#create(path, maxbytes, backups, late);
    target.setLimits(maxbytes, backups);
    return this.#use(target);
  }

  /**
   * @param again whether it may well be wanted again at once, as by a program that is restarted: then it stays open for some seconds.
   *   Opening a log safely is a look at each folder above it.
   */
  release(target: LogTarget, again = false): void {
    const users = (this.#open.get(target) ?? 1) - 1;
    if (users > 0) {
      this.#open.set(target, users);
      return;
    }
    this.#open.delete(target);
    if (!again || !(target instanceof RotatingFile)) return this.#drop(target);
    this.#held.set(target, performance.now());
    this.#timer ??= setTimeout(() => this.#dropHeld(), HELD_FOR).unref();
  }

  /** Lets go of all that nobody uses. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const target of this.#held.keys()) this.#drop(target);
  }

  #dropHeld(): void {
    this.#timer = null;
    const now = performance.now();
    for (const [target, since] of this.#held) {
      const rest = since + HELD_FOR - now;
      if (rest <= 0) this.#drop(target);
      else {
        this.#timer = setTimeout(() => this.#dropHeld(), rest).unref();
        return;
      }
    }
  }

  #drop(target: LogTarget): void {
    this.#held.delete(target);
    this.#unopened.delete(target);
    this.#byPath.delete(target.path);
    const written = target.close();
    // Not before it is closed: its last line may have made it another file on disk.
    if (target instanceof RotatingFile) this.#isNow(target, target.identity, "");
    if (written === undefined) return;
    this.#ending.add(written);
    void written.then(() => this.#ending.delete(written));
  }

  /** Resolves when all that the released targets took is written, or after `milliseconds`: their readers may be stuck. */
  async drained(milliseconds: number): Promise<void> {
    if (this.#ending.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([Promise.all(this.#ending), late]);
    clearTimeout(timer);
  }

  reopenAll(): void {
    this.close();
    for (const target of this.#open.keys()) target.reopen();
  }

  /** Empties `path`, open or not. A missing file is empty already. Throws the system's error. */
  clear(path: string): void {
    const open = this.#byPath.get(path);
    if (open !== undefined && !this.#held.has(open)) open.clear();
    else emptyFile(path);
  }

  /** The open target of that name; one that was held only if it is still what the name leads to. Throws the system's error. */
  #known(path: string): LogTarget | undefined {
    const target = this.#byPath.get(path);
    if (target === undefined) return undefined;
    if (!this.#held.has(target)) {
      if (target instanceof RotatingFile) target.join();
      return target;
    }
    if (target instanceof RotatingFile && target.takeUp()) return target;
    this.#drop(target);
    return undefined;
  }

  #use(target: LogTarget): LogTarget {
    this.#held.delete(target);
    this.#open.set(target, (this.#open.get(target) ?? 0) + 1);
    this.#byPath.set(target.path, target);
    return target;
  }

  #create(path: string, maxbytes: number, backups: number, late: boolean): LogTarget {
    if (isOwnStream(path)) return new PlainTarget(path);
    late &&= mayWait(path);
    const found = late ? undefined : fs.statSync(path, { throwIfNoEntry: false });
    // A folder is given to RotatingFile too: its open says EISDIR, as it should.
    if (found !== undefined && !found.isFile() && !found.isDirectory()) return new PlainTarget(path);
    const file = new RotatingFile(path, maxbytes, backups, late);
    file.onIdentity = this.#onIdentity;
    if (file.identity === "") {
      this.#unopened.add(file);
      return file;
    }
    const same = this.#byIdentity.get(file.identity);
    if (same !== undefined && this.#held.has(same)) this.#drop(same);
    else if (same !== undefined) {
      file.close();
      return same;
    }
    this.#isNow(file, "", file.identity);
    return file;
  }

  readonly #onIdentity = (file: RotatingFile, before: string): void => {
    this.#unopened.delete(file);
    this.#isNow(file, before, file.identity);
  };

  /** Which file on disk it is: another after each rotation. "" for none. */
  #isNow(file: RotatingFile, before: string, now: string): void {
    if (this.#byIdentity.get(before) === file) this.#byIdentity.delete(before);
    if (now !== "") this.#byIdentity.set(now, file);
  }
}

/** Whether it is as we made it, so that it can be opened at any time: anything else is found out when a program starts. */
function mayWait(path: string): boolean {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  const uid = process.geteuid?.() ?? 0;
  return found !== undefined && found.isFile() && (uid === 0 || (found.uid === uid && (found.mode & 0o200) !== 0));
}

const CONSOLE = "/dev/stdout";
/** Milliseconds: a program that fails again and again is started again after one second, or two. */
const HELD_FOR = 3000;
