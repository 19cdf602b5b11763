import * as fs from "node:fs";
import { dirname } from "node:path";

/**
 * Whether a folder is safe to keep sockets and FIFOs in: it belongs to us, nobody else may write to it, and nobody else may put
 * another in its place. Why not, in words, or `null`. A folder of ours that is open to others is closed to them first.
 */
export function whyNotOwn(folder: string): string | null {
  const uid = process.geteuid?.() ?? 0;
  const found = fs.lstatSync(folder);
  if (!found.isDirectory()) return `${folder} is not a folder`;
  if (found.uid !== uid) return `${folder} belongs to uid ${found.uid}`;
  if ((found.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700);
  const above = dirname(fs.realpathSync(folder));
  const parent = fs.statSync(above);
  if (parent.uid !== 0 && parent.uid !== uid) return `${above}, which it is in, belongs to uid ${parent.uid}`;
  const sticky = (parent.mode & 0o1000) !== 0;
  // A group that has the same number as its user has nobody else in it.
  const writers = parent.gid === parent.uid && uid !== 0 ? 0o002 : 0o022;
  return (parent.mode & writers) !== 0 && !sticky ? `others may write to ${above}, which it is in` : null;
}
