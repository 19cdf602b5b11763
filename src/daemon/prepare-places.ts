import { chmodSync, lchownSync, lstatSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { temporaryFolder, type Places } from "./places.ts";
import type { Account } from "./supervisord/identity.ts";

/**
 * Makes the daemon's folders, while this process is still root, for the user that it will become. Those that an earlier
 * daemon left as root's become the user's, with all that is in them.
 *
 * @throws the system's error, or one that says why not.
 */
export function preparePlaces(places: Places, account: Account | null): void {
  for (const folder of [places.runtime, places.state]) {
    makeFolder(folder, 0o700);
    if (account === null || process.getuid?.() !== 0) continue;
    // What is above may belong to root alone: the user has to get through, not to look around.
    const above = dirname(folder);
    // Where there is no other place, in a container with a read-only root, it stands in one more of ours.
    for (const name of dirname(above) === temporaryFolder() ? [dirname(above), above] : [above]) {
      const { mode, uid } = lstatSync(name);
      if (uid === 0 && (mode & 0o011) !== 0o011) chmodSync(name, (mode & 0o7777) | 0o011);
    }
    handOver(folder, account);
  }
}

function handOver(path: string, account: Account): void {
  const { uid } = lstatSync(path);
  if (uid === account.uid) return;
  // In a third user's folder, anything may be a trap for a root that changes owners.
  if (uid !== 0) throw new Error(`${path} belongs to uid ${uid}: remove it, or run as that user`);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) handOver(join(path, name), account);
  lchownSync(path, account.uid, account.gid);
}
