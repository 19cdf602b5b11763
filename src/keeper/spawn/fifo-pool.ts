import { execFile, type ExecFileException } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import type { SystemCalls } from "../kernel/system-calls.ts";
import { searchPath } from "./check-executable.ts";

/**
 * Spare FIFOs. Node cannot make one. Where the system can be asked, they are made when they are needed; else the `mkfifo`
 * program makes them, at the price of a process, so then they are made in batches,
 * ahead of need, and a start finds its own ready. What comes of used ones: fifo-reuse.ts.
 */
export class FifoPool {
  readonly #folder: string;
  readonly #calls: Pick<SystemCalls, "makeFifo"> | null;
  readonly #spare: string[] = [];
  readonly #waiting: { readonly count: number; give: (paths: string[]) => void; fail: (error: Error) => void }[] = [];
  #filling = false;
  #closed = false;
  #counter = 0;
  /** Of all names. A later keeper may get the same pid while FIFOs of this one are still in use. */
  readonly #start: string;
  #batch = 32;

  /** `folder` must exist, and be closed to other users. FIFOs of earlier keepers in it are left alone. */
  constructor(folder: string, calls: Pick<SystemCalls, "makeFifo"> | null = null) {
    this.#folder = folder;
    this.#start = join(folder, `${process.pid}-${Date.now().toString(36)}-`);
    this.#calls = calls;
  }

  /** Takes `count` FIFOs, mode 0600. Rejects with mkfifo's error if there are none and none can be made. */
  async take(count: number): Promise<string[]> {
    if (this.#calls !== null) return makeAll(this.#calls, this.#folder, this.#names(count));
    // Somebody has cleaned up the folder.
    if (this.#spare[0] !== undefined && !fs.existsSync(this.#spare[0])) this.#spare.length = 0;
    if (this.#waiting.length === 0 && this.#spare.length >= count) {
      const paths = this.#spare.splice(0, count);
      if (this.#spare.length < LOW_WATER) this.fill();
      return paths;
    }
    return await new Promise((give, fail) => {
      this.#waiting.push({ count, give, fail });
      this.fill();
    });
  }

  /** Starts making a batch, unless one is being made. */
  fill(): void {
    if (this.#filling || this.#closed || this.#calls !== null) return;
    this.#filling = true;
    // Gone if somebody cleaned up: then it is mkfifo that says what is wrong.
    if (!fs.existsSync(this.#folder)) attempt(() => fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 }));
    const wanted = this.#waiting.reduce((sum, waiter) => sum + waiter.count, this.#batch);
    // A crowd that waits now is likely to come again; and an argument list has its limits.
    const paths = this.#names(Math.min(wanted, 1024));
    const env = { ...process.env, LC_ALL: "C" };
    const made = (error: ExecFileException | null, _: string, said: string): void => {
      this.#filling = false;
      // Some may have been made before there was no room for more.
      const there = error === null ? paths : paths.filter((path) => fs.existsSync(path));
      if (this.#closed) for (const path of there) fs.rmSync(path, { force: true });
      else this.#spare.push(...there);
      this.#serve(this.#closed ? new Error("the keeper is ending") : error === null ? null : systemError(error, said));
    };
    try {
      execFile(searchPath("mkfifo") ?? "mkfifo", ["-m", "600", "--", ...paths], { cwd: "/", env }, made);
    } catch (error) {
      // Node throws for some shortages, such as ENOMEM, and tells of the others later.
      made(error as ExecFileException, "", "");
    }
  }

  /** Removes all spare FIFOs; those taken are their takers'. */
  close(): void {
    this.#closed = true;
    for (const path of this.#spare.splice(0)) fs.rmSync(path, { force: true });
  }

  #names(count: number): string[] {
    return Array.from({ length: count }, () => `${this.#start}${this.#counter++}`);
  }

  #serve(error: Error | null): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#spare.length >= first.count) {
        this.#waiting.shift();
        first.give(this.#spare.splice(0, first.count));
      } else if (error !== null) {
        this.#waiting.shift();
        first.fail(error);
      } else break;
    }
    if (error === null && (this.#waiting.length > 0 || this.#spare.length < LOW_WATER)) this.fill();
  }
}

/** Makes them at once. Throws the system's error, and then has made none. */
function makeAll(calls: Pick<SystemCalls, "makeFifo">, folder: string, paths: readonly string[]): string[] {
  const made: string[] = [];
  for (const path of paths) {
    let code = calls.makeFifo(path, 0o600);
    if (code === "ENOENT") {
      // Somebody has cleaned up.
      attempt(() => fs.mkdirSync(folder, { recursive: true, mode: 0o700 }));
      code = calls.makeFifo(path, 0o600);
    }
    if (code !== null) {
      for (const done of made) fs.rmSync(done, { force: true });
      throw Object.assign(new Error(`cannot make a FIFO in ${folder}: ${code}`), { code });
    }
    made.push(path);
  }
  return made;
}

const LOW_WATER = 16;

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Whoever needs it will find out.
  }
}

/** With the code of the system error that mkfifo met, which it tells in words only. */
function systemError(error: Error & { code?: unknown }, said: string): Error {
  if (typeof error.code === "string") return error; // it could not even be run
  const code = Object.entries(SHORTAGES).find(([text]) => said.includes(text))?.[1];
  return code === undefined ? error : Object.assign(new Error(said.trim().split("\n")[0]), { code });
}

const SHORTAGES: Readonly<Record<string, string>> = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "Cannot allocate memory": "ENOMEM",
  "Too many open files": "EMFILE",
  "Resource temporarily unavailable": "EAGAIN",
};
