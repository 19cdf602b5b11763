import { basename, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";

/** Patterns and the folder that they are relative to. */
export interface WatchedPatterns {
  readonly folder: string;
  readonly patterns: readonly string[];
}

export interface WatchedGlobs {
  /** Absolute paths below which everything lies that can match. */
  readonly bases: readonly string[];
  matches(path: string): boolean;
  /** Whether something below this folder may match. */
  mayHold(folder: string): boolean;
}

interface Pattern {
  readonly base: string;
  readonly matches: (path: string) => boolean;
}

/**
 * Compiles patterns: a file, a folder (with all that is below), or a glob; a leading `!` leaves out what the others take in.
 * Below the place where a pattern's wildcards begin, `node_modules`, names with a leading dot and editors' scratch files
 * never match: nobody means them.
 */
export function compileGlobs({ folder, patterns }: WatchedPatterns): WatchedGlobs {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!")).map((pattern) => compile(folder, pattern));
  const unwanted = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map((pattern) => compile(folder, pattern.slice(1)));
  return {
    bases: [...new Set(wanted.map((pattern) => pattern.base))],
    matches: (path) =>
      wanted.some((pattern) => pattern.matches(path) && isMeant(pattern.base, path)) &&
      !unwanted.some((pattern) => pattern.matches(path)),
    mayHold: (path) => wanted.some(({ base }) => isBelow(path, base) || (isBelow(base, path) && isMeant(base, path))),
  };
}

function compile(folder: string, pattern: string): Pattern {
  const { base, glob } = picomatch.scan(pattern);
  const root = resolve(folder, glob === "" ? pattern : base);
  if (glob === "") return { base: root, matches: (path) => isBelow(root, path) };
  const matches = picomatch(glob);
  return { base: root, matches: (path) => isBelow(root, path) && matches(relative(root, path)) };
}

function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isMeant(base: string, path: string): boolean {
  const names = relative(base, path)
    .split(sep)
    .filter((name) => name !== "");
  return names.every((name) => name !== "node_modules" && !name.startsWith(".")) && !SCRATCH.test(basename(path));
}

/** Backup, swap and probe files of vim, emacs and others. */
const SCRATCH = /~$|\.sw[a-z]$|\.tmp$|^#.*#$|^4913$/;
