import * as fs from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";

/*
 * Theory. A daemon of root writes logs into folders of the users that its programs run as. Whoever owns such a folder can put a
 * symbolic link in the place of a log, or of a folder above it, and have root write to any file, or read one out. So links are
 * followed only where nobody but root and we could have put them. From the first folder on that somebody else may write to,
 * there are no links any more, and each step is taken from an open descriptor of the one before, so that nothing can be
 * exchanged between a look and the open.
 */

/**
 * Opens a file for us as `fs.openSync` does. The path must be absolute.
 *
 * @throws the system's error; ELOOP for a link that somebody else may have put there.
 */
export function openSafely(path: string, flags: number, mode?: number): number {
  return openFrom(path, flags, mode, 0);
}

function openFrom(path: string, flags: number, mode: number | undefined, links: number): number {
  if (!isAbsolute(path)) throw new Error(`${path} is not an absolute path`);
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.pop();
  if (last === undefined || links > MOST_LINKS) throw refusal(path);
  const above = names.join("/");
  const known = SAFE.get(above);
  if (known !== undefined) return openIn(known, last, flags, mode, links, path);
  let folder = "/";
  let seen: fs.Stats | undefined;
  for (const [index, name] of names.entries()) {
    const access = accessTo(seen ?? fs.statSync(folder));
    if (access === "open") return descend(folder, [...names.slice(index), last], flags, mode, path);
    if (name === "..") {
      // What leads here has no links in it.
      folder = dirname(folder);
      seen = undefined;
      continue;
    }
    const file = join(folder, name);
    // One look at each: a log that is rotated often is opened as often.
    seen = fs.lstatSync(file, { throwIfNoEntry: false });
    const target = linkIn(folder, file, seen, access, path);
    if (target !== null) return openFrom([target, ...names.slice(index + 1), last].join("/"), flags, mode, links + 1);
    folder = file;
  }
  const access = accessTo(seen ?? fs.statSync(folder));
  if (access === "open") return descend(folder, [last], flags, mode, path);
  const safe = { folder, access };
  if (SAFE.size === 0) setImmediate(() => SAFE.clear());
  SAFE.set(above, safe);
  return openIn(safe, last, flags, mode, links, path);
}

function openIn(
  { folder, access }: SafeFolder,
  last: string,
  flags: number,
  mode: number | undefined,
  links: number,
  path: string,
): number {
  const file = join(folder, last);
  const target = linkIn(folder, file, fs.lstatSync(file, { throwIfNoEntry: false }), access, path);
  if (target !== null && (flags & fs.constants.O_NOFOLLOW) === 0) return openFrom(target, flags, mode, links + 1);
  return fs.openSync(file, flags | (access === "sticky" ? fs.constants.O_NOFOLLOW : 0), mode);
}

/** Where a link leads to, absolute; `null` if it is none. */
function linkIn(
  folder: string,
  file: string,
  found: fs.Stats | undefined,
  access: Access,
  path: string,
): string | null {
  if (found === undefined || !found.isSymbolicLink()) return null;
  if (access === "sticky" && found.uid !== 0 && found.uid !== ownUid()) throw refusal(path);
  const target = fs.readlinkSync(file);
  return isAbsolute(target) ? target : `${folder}/${target}`;
}

/** `folder` is reached safely; nothing below it is trusted. */
function descend(
  folder: string,
  names: readonly string[],
  flags: number,
  mode: number | undefined,
  path: string,
): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const last = names.at(-1) ?? "";
  // Whoever may move a folder decides what is above it.
  if (names.includes("..")) throw refusal(path);
  if (process.platform !== "linux") return withoutDescriptors(join(folder, ...names), folder, flags, mode);
  // It was no link when it was looked at; in a folder like /tmp its owner may have put one in its place since.
  let at = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    for (const name of names.slice(0, -1)) {
      const next = stepInto(at, name, path);
      fs.closeSync(at);
      at = next;
    }
    return fs.openSync(`/proc/self/fd/${at}/${last}`, flags | O_NOFOLLOW, mode);
  } finally {
    fs.closeSync(at);
  }
}

function stepInto(folder: number, name: string, path: string): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const step = `/proc/self/fd/${folder}/${name}`;
  try {
    return fs.openSync(step, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    // The kernel says ENOTDIR.
    if (fs.lstatSync(step, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw refusal(path);
    throw error;
  }
}

/** Nobody can be kept from exchanging a folder at the very moment, but whoever did so before is found out. */
function withoutDescriptors(path: string, top: string, flags: number, mode: number | undefined): number {
  for (let folder = dirname(path); folder !== top && folder !== dirname(folder); folder = dirname(folder)) {
    if (fs.lstatSync(folder).isSymbolicLink()) throw refusal(join(folder, basename(path)));
  }
  return fs.openSync(path, flags | fs.constants.O_NOFOLLOW, mode);
}

/** Who can put things into a folder: only root and we; everybody, who cannot touch what is not theirs; others. */
type Access = "own" | "sticky" | "open";

function accessTo({ uid, gid, mode }: fs.Stats): Access {
  if (uid !== 0 && uid !== ownUid()) return "open";
  // With umask 002 every folder of a user is writable by the group that has the user alone.
  const privateGroup = ownUid() !== 0 && gid === uid;
  if ((mode & (privateGroup ? 0o002 : 0o022)) === 0) return "own";
  return (mode & 0o1000) !== 0 ? "sticky" : "open";
}

function ownUid(): number {
  return process.geteuid?.() ?? 0;
}

function refusal(path: string): Error {
  return Object.assign(new Error(`ELOOP: ${path} leads through a link that others may have made`), { code: "ELOOP" });
}

const MOST_LINKS = 40;

/** One that is reached through folders that nobody but root and we can change. */
interface SafeFolder {
  readonly folder: string;
  readonly access: Access;
}

/**
 * Those that were found in this turn of the event loop, by the names that lead to them: the logs of a thousand programs are opened in
 * one folder. Only root and we could have changed anything since.
 */
const SAFE = new Map<string, SafeFolder>();
