import * as fs from "node:fs";
import { openSafely } from "../../files/open-safely.ts";

/**
 * Opens a log file for appending, creating it. A symbolic link that others may have made is refused (ELOOP): a service user who
 * owns the log folder could otherwise make root append to any file. Throws the system's error; EINVAL for what is not a
 * regular file.
 */
export function openLogFile(path: string, mode?: number): OpenLogFile {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = fs.constants;
  // O_NONBLOCK means nothing for a regular file, but a FIFO that took its place must not hang the keeper.
  const fd = openSafely(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, mode ?? 0o640);
  try {
    const found = fs.fstatSync(fd, { bigint: true });
    if (!found.isFile()) throw Object.assign(new Error(`${path} is not a regular file`), { code: "EINVAL" });
    // A rotated file passes its mode on, whatever the umask.
    if (mode !== undefined) fs.fchmodSync(fd, mode);
    return { fd, identity: `${found.dev}:${found.ino}`, size: Number(found.size) };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

export interface OpenLogFile {
  readonly fd: number;
  /** Device and inode. */
  readonly identity: string;
  readonly size: number;
}

/** Identity of the file a name leads to now; "" if to none, as when somebody has made it a link to itself. */
export function identityAt(path: string): string {
  try {
    const found = fs.statSync(path, { throwIfNoEntry: false, bigint: true });
    return found === undefined ? "" : `${found.dev}:${found.ino}`;
  } catch {
    return "";
  }
}
