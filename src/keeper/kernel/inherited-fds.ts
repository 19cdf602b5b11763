import * as fs from "node:fs";

/**
 * Closes descriptors that whoever started the keeper leaked into it: every program would inherit them. Node marks its own
 * close-on-exec, and libuv leaves the others open in children. `keep` stays, as a close-on-exec copy where that is possible
 * (pipes, not sockets); the descriptor to use from now on comes back.
 */
export function closeInherited(keep: number | null): number | null {
  for (const fd of leaked()) {
    if (fd !== keep) fs.closeSync(fd);
  }
  if (keep === null) return null;
  try {
    const copy = fs.openSync(`/proc/self/fd/${keep}`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    fs.closeSync(keep);
    return copy;
  } catch {
    return keep;
  }
}

function leaked(): number[] {
  let names: string[];
  try {
    names = fs.readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
  return names.map(Number).filter((fd) => fd > 2 && inheritable(fd));
}

function inheritable(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"));
    return flags !== null && (Number.parseInt(flags[1] ?? "0", 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // it was the one the folder was read with
  }
}

const CLOSE_ON_EXEC = 0o2000000;
