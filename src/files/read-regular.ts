import { closeSync, constants, fstatSync, openSync, readFileSync, statSync, type Stats } from "node:fs";

/**
 * The contents of a file that somebody may have replaced by something else. It never waits: the open of a named pipe would, until
 * somebody writes to it, and nothing else would be done meanwhile. Pipes that a shell made for a command (`<(...)`,
 * `/dev/stdin`) are read to their end.
 *
 * @throws the system's error; one with code EFTYPE that says what it is, if it is not a file.
 */
export function readRegular(path: string): Buffer {
  if (FROM_A_SHELL.test(path)) return readFileSync(path);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const kind = irregularKind(path, fstatSync(fd));
    if (kind !== null) throw Object.assign(new Error(`${path} is ${kind}, not a file`), { code: "EFTYPE" });
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What `readRegular` would not read, in words such as "a named pipe"; `null` for files, and for folders, which fail by themselves. */
export function irregularKind(path: string, found: Stats): string | null {
  if (found.isFile() || found.isDirectory() || FROM_A_SHELL.test(path)) return null;
  if (found.isFIFO()) return "a named pipe";
  if (found.isSocket()) return "a socket";
  // /dev/null is put over files to say that there is nothing in them.
  return isNullDevice(found) ? null : "a device";
}

/** Whether it is /dev/null, by whatever name: what is written to it is thrown away, and it is empty. */
export function isNullDevice(found: Stats): boolean {
  return found.isCharacterDevice() && found.rdev === statSync("/dev/null").rdev;
}

const FROM_A_SHELL = /^\/(?:dev\/(?:fd\/|stdin$)|proc\/)/;
