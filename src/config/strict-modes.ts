import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Problem } from "../model/problem.ts";

/** What `checkStrictModes` needs to know about a path. */
export interface PathFacts {
  readonly path: string;
  readonly kind: "file" | "folder";
  readonly uid: number;
  readonly gid: number;
  /** Permission bits with the sticky bit, such as 0o1777. */
  readonly mode: number;
}

/** Who is going to act on the config. */
export interface Reader {
  /** Effective uid of the process that decides: 0 refuses, anybody else warns. */
  readonly uid: number;
  /** Further uids that may own files: the owner of the config, as whom it is evaluated. */
  readonly trusted: readonly number[];
}

export interface StrictVerdict {
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Whether somebody else could change what root is about to act on, after sshd's StrictModes: every file and every folder
 * above it must be owned by root, by the reader or by a trusted uid, and be writable by its owner only. A folder with the sticky
 * bit (/tmp) is fine: others cannot rename what is not theirs in it. Root refuses, a user is warned. Pure.
 */
export function checkStrictModes(facts: readonly PathFacts[], reader: Reader): StrictVerdict {
  const problems = facts.flatMap((fact) => objections(fact, reader));
  return reader.uid === 0 ? { refused: problems, warnings: [] } : { refused: [], warnings: problems };
}

function objections(fact: PathFacts, reader: Reader): Problem[] {
  const found: Problem[] = [];
  const place = fact.kind === "file" ? { place: { file: fact.path, line: 1, column: 1 } } : {};
  if (fact.uid !== 0 && fact.uid !== reader.uid && !reader.trusted.includes(fact.uid)) {
    const message = `${fact.path} belongs to uid ${fact.uid}, who could change what runs here`;
    found.push({ message, hint: `chown it to ${reader.uid === 0 ? "root" : "yourself"}`, ...place });
  }
  const sticky = fact.kind === "folder" && (fact.mode & 0o1000) !== 0;
  const writers = sticky ? "" : otherWriters(fact, reader);
  if (writers !== "") {
    const mode = (fact.mode & 0o7777).toString(8).padStart(4, "0");
    const message = `${fact.path} is writable by ${writers} (mode ${mode})`;
    found.push({ message, hint: `chmod go-w ${fact.path}`, ...place });
  }
  return found;
}

function otherWriters(fact: PathFacts, reader: Reader): string {
  const world = (fact.mode & 0o002) !== 0;
  // With umask 002 every file of a user is writable by the group that has the user alone: no news, unless we are root.
  const privateGroup = reader.uid !== 0 && fact.gid === fact.uid;
  const group = (fact.mode & 0o020) !== 0 && !privateGroup;
  if (world) return group ? "its group and everybody" : "everybody";
  return group ? "its group" : "";
}

/**
 * The facts about `files`, their targets if they are symlinks, and every folder above either, each path once. A path
 * that cannot be looked at is left out: reading it will fail with a better message.
 */
export function gatherPathFacts(files: readonly string[]): PathFacts[] {
  const facts = new Map<string, PathFacts>();
  for (const file of files) {
    for (const path of new Set([file, realPathOf(file)])) {
      add(facts, path, "file");
      for (let folder = dirname(path); !facts.has(folder); folder = dirname(folder)) add(facts, folder, "folder");
    }
  }
  return [...facts.values()];
}

function add(facts: Map<string, PathFacts>, path: string, kind: PathFacts["kind"]): void {
  if (facts.has(path)) return;
  try {
    // A symlink's own mode says nothing (0777 always), but its owner can point it elsewhere.
    const link = lstatSync(path);
    const target = statSync(path);
    const uid = link.isSymbolicLink() && link.uid !== 0 ? link.uid : target.uid;
    facts.set(path, { path, kind, uid, gid: target.gid, mode: target.mode & 0o7777 });
  } catch {
    if (dirname(path) === path) facts.set(path, { path, kind, uid: 0, gid: 0, mode: 0o755 });
  }
}

function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
