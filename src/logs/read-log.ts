import { closeSync, constants, fstatSync, readSync } from "node:fs";
import { openJustRotated } from "../files/open-just-rotated.ts";
import { openSafely } from "../files/open-safely.ts";
import { isNullDevice } from "../files/read-regular.ts";

/** Why a log could not be read: the faults NO_FILE, BAD_ARGUMENTS and FAILED of the remote interface. */
export type LogFailure = "NO_FILE" | "BAD_ARGUMENTS" | "FAILED";

/**
 * Supervisor's `read*Log` rule: a negative offset with length 0 is the last bytes, length 0 reads to the end, an offset
 * beyond the end is an empty answer. Bytes, never characters.
 */
export function readLog(path: string, offset: number, length: number): Buffer | LogFailure {
  if ((offset < 0 && length !== 0) || length < 0) return "BAD_ARGUMENTS";
  return withFile(path, (fd, size) => {
    if (offset < 0) return readRange(fd, Math.max(0, size + offset), size);
    return readRange(fd, offset, length === 0 ? size : Math.min(size, offset + length));
  });
}

/** What `tail*Log` answers. `offset` is the size of the file; `overflow` says that older bytes exist than were asked for. */
export interface LogTail {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly overflow: boolean;
}

/**
 * Supervisor's `tail*Log` rule, step by step as clients know it: in effect the last `length` bytes, whatever the offset, or
 * nothing if the offset is at or beyond the end. A missing file is an empty tail.
 */
export function tailLog(path: string, offset: number, length: number): LogTail {
  const read = withFile(path, (fd, size) => {
    const overflow = size > offset + length;
    let from = overflow ? size - 1 : offset;
    let count = length;
    if (from + count > size) {
      if (from > size - 1) count = 0;
      from = size - count;
    }
    from = Math.max(0, from);
    count = Math.max(0, count);
    return { bytes: readRange(fd, from, Math.min(size, from + count)), offset: size, overflow };
  });
  if (read === "NO_FILE") return { bytes: Buffer.alloc(0), offset: 0, overflow: false };
  if (typeof read === "string") return { bytes: Buffer.alloc(0), offset, overflow: false };
  return read;
}

function withFile<T>(path: string, use: (fd: number, size: number) => T): T | "NO_FILE" | "FAILED" {
  let fd: number;
  try {
    // O_NONBLOCK: the open of a FIFO would wait for somebody to write to it, and we with it.
    fd = openSafely(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return "FAILED";
    return withoutName(path, use);
  }
  try {
    const stat = fstatSync(fd);
    // What is written to a terminal or a pipe cannot be read back; an attempt would take it from whom it is meant for. A log that is
    // thrown away, as images of containers have it (`logfile=/dev/null`), is an empty one.
    return stat.isFile() || isNullDevice(stat) ? use(fd, stat.size) : "FAILED";
  } catch {
    return "FAILED";
  } finally {
    closeSync(fd);
  }
}

/** A log that is being rotated is empty, as it is right after it. */
function withoutName<T>(path: string, use: (fd: number, size: number) => T): T | "NO_FILE" {
  const backup = openJustRotated(path);
  if (backup === null) return "NO_FILE";
  try {
    return use(backup, 0);
  } finally {
    closeSync(backup);
  }
}

function readRange(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.max(0, to - from));
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
