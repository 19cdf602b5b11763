/**
 * Keeps the daemon's log from saying things twice.
 *
 * An event of the keeper is logged first and acknowledged a moment later. A supervisor killed in that moment is told the
 * event again, in its next life, and would log it again: a death would seem to have happened twice. So every save notes how
 * long the log was; lines beyond that belong to events that were not acknowledged, and when they come again they are left out.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { TIMESTAMP_LENGTH } from "../logs/log-line.ts";

export class ToldAlready {
  readonly #lines = new Map<string, number>();

  /** `saved`: what `position` answered at the last save. `path`: the log's file; `null` if it cannot be read back. */
  constructor(path: string | null, saved: string | undefined) {
    if (path === null || saved === undefined) return;
    for (const line of linesBeyond(path, Number(saved))) this.#lines.set(line, (this.#lines.get(line) ?? 0) + 1);
  }

  /** Whether this line, without its time, was written already. True once for each time that it was. */
  has(line: string): boolean {
    const count = this.#lines.get(line.slice(TIMESTAMP_LENGTH)) ?? 0;
    if (count === 0) return false;
    this.#lines.set(line.slice(TIMESTAMP_LENGTH), count - 1);
    return true;
  }
}

/** What a save notes: the size of the log. */
export function logPosition(path: string | null): string | null {
  const found = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? String(found.size) : null;
}

/** A file that was rotated or emptied in between tells nothing: then a line may come twice, but none is missing. */
function linesBeyond(path: string, position: number): string[] {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    const length = Math.min(fstatSync(fd).size - position, MOST);
    if (!(length > 0)) return [];
    const bytes = Buffer.alloc(length);
    const read = readSync(fd, bytes, 0, length, position);
    return bytes
      .subarray(0, read)
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.slice(TIMESTAMP_LENGTH));
  } catch {
    return [];
  } finally {
    closeSync(fd);
  }
}

/** Bytes. A save follows every turn of the loop: more than this is not written in one. */
const MOST = 4 * 1024 * 1024;
