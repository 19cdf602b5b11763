import * as fs from "node:fs";

/**
 * Whether an abstract socket is held by a process of one of these users, as far as /proc tells: it lists the sockets, and what
 * each process that we may look into holds open. `guess` is looked into first. "unknown" where /proc does not tell.
 *
 * Nothing that a stranger says counts here: neither the name nor what it answers.
 */
export function holderOf(address: string, uids: readonly number[], guess: number): "trusted" | "stranger" | "unknown" {
  const inodes = inodesOf(address);
  if (inodes.length === 0) return "unknown";
  const held = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const holds = (pid: string): boolean => belongsTo(pid, uids) && openFiles(pid).some((file) => held.has(file));
  if (guess > 0 && holds(String(guess))) return "trusted";
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.some(holds) ? "trusted" : "stranger";
}

/** None if there is no such list. */
function inodesOf(address: string): string[] {
  let list: string;
  try {
    list = fs.readFileSync("/proc/net/unix", "latin1");
  } catch {
    return [];
  }
  // Num RefCount Protocol Flags Type St Inode Path, where zero bytes are shown as @.
  const shown = `@${address.slice(1)}`;
  return list.split("\n").flatMap((line) => {
    const [, , , , , , inode, path] = line.trim().split(/\s+/);
    // Some versions of libuv fill the name up with zeros.
    return path?.replace(/@+$/, "") === shown && inode !== undefined ? [inode] : [];
  });
}

function belongsTo(pid: string, uids: readonly number[]): boolean {
  return uids.includes(fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? -1);
}

function openFiles(pid: string): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return fs.readdirSync(folder).map((name) => linkOf(`${folder}/${name}`));
  } catch {
    return []; // it has ended, or is none of ours
  }
}

function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return "";
  }
}
