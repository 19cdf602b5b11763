import { closeSync, constants, fstatSync } from "node:fs";
import { openSafely } from "./open-safely.ts";

/** Opens a regular file for reading; `null` for what is missing, forbidden or has no end. */
export function openRegular(path: string): number | null {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO would keep us waiting for a writer.
    fd = openSafely(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  return null;
}
