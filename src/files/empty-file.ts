import { closeSync, constants, fstatSync, ftruncateSync } from "node:fs";
import { openSafely } from "./open-safely.ts";

/**
 * Empties a log file that nobody writes now. A missing one is empty already; a pipe or terminal has nothing to be emptied. A
 * link that others may have made is not followed: it could lead anywhere.
 *
 * @throws the system's error.
 */
export function emptyFile(path: string): void {
  let fd: number;
  try {
    // O_NONBLOCK: the open of a FIFO without a reader would wait for one.
    fd = openSafely(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENXIO") return;
    throw error;
  }
  try {
    if (fstatSync(fd).isFile()) ftruncateSync(fd, 0);
  } finally {
    closeSync(fd);
  }
}
