import { closeSync, constants, mkdirSync, openSync, readdirSync, unlinkSync } from "node:fs";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { StreamName } from "../protocol/keeper.ts";

/**
 * Names AUTO log files as Supervisor does: `<process>-<stdout|stderr>---<identifier>-<8 random>.log` in childlogdir. A name
 * is kept for as long as the process is part of the daemon's world, also when the supervisor process is started anew.
 */
export class AutoLogs {
  readonly #folder: string;
  readonly #identifier: string;
  readonly #names = new Map<string, string>();

  constructor(folder: string, identifier: string) {
    this.#folder = folder;
    this.#identifier = identifier;
  }

  /** The path for one stream; the file is created at the first call, mode 0600, even if the program never starts. */
  pathFor(key: string, processName: string, stream: StreamName): string {
    const id = `${key} ${stream}`;
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    let folderMade = false;
    for (;;) {
      const path = join(this.#folder, `${nameStart(processName, stream, this.#identifier)}${randomPart()}.log`);
      try {
        // O_EXCL and O_NOFOLLOW: childlogdir may be a shared folder such as /tmp.
        const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
        closeSync(openSync(path, flags, 0o600));
        this.#names.set(id, path);
        return path;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        if (PASSING.has(code)) {
          // The keeper makes it as soon as it can.
          this.#names.set(id, path);
          return path;
        }
        if (code === "ENOENT" && !folderMade) {
          folderMade = true;
          this.keepFolder();
        } else if (code !== "EEXIST") throw error;
      }
    }
  }

  /** Makes the folder, also if somebody has removed it. What cannot be made is found out by who opens a log in it. */
  keepFolder(): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    } catch {
      // As said.
    }
  }

  forget(key: string): void {
    this.#names.delete(`${key} stdout`);
    this.#names.delete(`${key} stderr`);
  }

  /** For a later supervisor of the same keeper. */
  save(key: string): Partial<Record<StreamName, string>> {
    const stdout = this.#names.get(`${key} stdout`);
    const stderr = this.#names.get(`${key} stderr`);
    return { ...(stdout === undefined ? {} : { stdout }), ...(stderr === undefined ? {} : { stderr }) };
  }

  restore(key: string, names: Partial<Record<StreamName, string>>): void {
    if (names.stdout !== undefined) this.#names.set(`${key} stdout`, names.stdout);
    if (names.stderr !== undefined) this.#names.set(`${key} stderr`, names.stderr);
  }

  /**
   * Removes AUTO logs of earlier runs with exactly this identifier. To be called only by a daemon that owns its world
   * already: Supervisor cleans up before it notices that another one runs, and deletes that one's logs.
   */
  cleanUp(onFailure: (message: string) => void): void {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") onFailure("Could not clear childlog dir");
      return;
    }
    const tail = new RegExp(`---${escapeRegExp(this.#identifier)}-[a-z0-9_]{8}\\.log(\\.\\d{1,6})?$`);
    const kept = new Set(this.#names.values());
    for (const name of names) {
      const path = join(this.#folder, name);
      if (!tail.test(name) || kept.has(path.replace(/\.\d+$/, "")) || kept.has(path)) continue;
      try {
        unlinkSync(path);
      } catch {
        onFailure(`Failed to clean up '${path}'`);
      }
    }
  }
}

/** Whether a file of this name is the AUTO log, and no backup of it, of such a stream. */
export function isAutoLog(name: string, processName: string, stream: StreamName, identifier: string): boolean {
  const start = nameStart(processName, stream, identifier);
  return name.startsWith(start) && /^[a-z0-9_]{8}\.log$/.test(name.slice(start.length));
}

function nameStart(processName: string, stream: StreamName, identifier: string): string {
  return `${processName}-${stream}---${identifier}-`;
}

/** A full disk, or one that became read-only: no reason not to start a program. */
const PASSING: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);

/** All are as likely. Node asks the system for a thousand of these numbers at a time. */
function randomPart(): string {
  let rest = randomInt(ALPHABET.length ** 8);
  let part = "";
  for (; part.length < 8; rest = Math.floor(rest / ALPHABET.length)) part += ALPHABET[rest % ALPHABET.length];
  return part;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789_";

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
