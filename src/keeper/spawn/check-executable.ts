import * as fs from "node:fs";
import { join, resolve } from "node:path";
import { errnoOf } from "../kernel/errno.ts";

/** Why `execve` would refuse this file, as an errno name, or `null`. As the keeper's own user. */
export function checkExecutable(file: string): string | null {
  try {
    if (!fs.statSync(file).isFile()) return "EACCES";
    fs.accessSync(file, fs.constants.X_OK);
  } catch (error) {
    return errnoOf(error);
  }
  return checkFormat(file);
}

/** Why `chdir` would refuse this folder, as an errno name, or `null`. */
export function checkDirectory(directory: string): string | null {
  try {
    if (!fs.statSync(directory).isDirectory()) return "ENOTDIR";
    fs.accessSync(directory, fs.constants.X_OK);
    return null;
  } catch (error) {
    return errnoOf(error);
  }
}

/** The first executable file of that name, as execvp looks for it; `null` if there is none. */
export function searchPath(name: string, path: string = `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}`): string | null {
  for (const folder of path.split(":")) {
    const file = join(resolve(folder), name);
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() !== true) continue;
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // Not executable: the search goes on, as execvp's does.
    }
  }
  return null;
}

const SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * glibc's execvp, which Node and the launch stages use, hands a file of unknown format to /bin/sh. Supervisor uses execve
 * and reports ENOEXEC, and so does this.
 */
function checkFormat(file: string): string | null {
  let head: Buffer;
  try {
    head = readHead(file);
  } catch {
    return null; // executable but not readable: the kernel decides
  }
  if (head.subarray(0, 2).toString("latin1") === "#!") return checkInterpreter(head);
  const magic = head.length >= 4 ? head.readUInt32BE(0) : 0;
  if (magic === ELF || MACH_O.has(magic)) return null;
  return registeredFormats() ? null : "ENOEXEC";
}

function readHead(file: string): Buffer {
  // Its owner may have put a FIFO in its place since: the open of one would wait for a writer.
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(256);
    return head.subarray(0, fs.readSync(fd, head));
  } finally {
    fs.closeSync(fd);
  }
}

/** A script whose interpreter does not exist fails with ENOENT, which names the wrong file but is what the kernel says. */
function checkInterpreter(head: Buffer): string | null {
  const line = head.subarray(2).toString("latin1").split("\n")[0] ?? "";
  const interpreter = line.trim().split(/[ \t]/)[0] ?? "";
  if (interpreter === "") return "ENOEXEC";
  try {
    fs.accessSync(interpreter, fs.constants.X_OK);
    return null;
  } catch (error) {
    return errnoOf(error);
  }
}

/** Whether the kernel runs further formats (binfmt_misc): then only it can tell. */
function registeredFormats(): boolean {
  try {
    return fs.readdirSync("/proc/sys/fs/binfmt_misc").some((name) => name !== "register" && name !== "status");
  } catch {
    return false;
  }
}

const ELF = 0x7f454c46;
const MACH_O: ReadonlySet<number> = new Set([0xcafebabe, 0xcffaedfe, 0xcefaedfe, 0xfeedface, 0xfeedfacf]);
