import { lstatSync, readdirSync, statSync } from "node:fs";

/**
 * Paths that match an absolute pattern, as Python's glob.glob without recursion does: `*`, `?`, `[a-z]`, `[!x]`, never
 * across a slash; a leading dot is matched by a dot only; `**` is `*`. Unsorted, as the folders list them.
 */
export function globFiles(pattern: string): string[] {
  if (!WILDCARD.test(pattern)) return isThere(pattern) ? [pattern] : [];
  const slash = pattern.lastIndexOf("/");
  const folder = pattern.slice(0, slash).replace(/\/+$/, "") || "/";
  const last = pattern.slice(slash + 1);
  const folders = WILDCARD.test(folder) ? globFiles(folder) : [folder];
  return folders.flatMap((each) => matches(each, last).map((name) => `${each === "/" ? "" : each}/${name}`));
}

/** The folders in which a new file could match the pattern: those that hold the level of its last wildcard. */
export function globFolders(pattern: string): string[] {
  const slash = pattern.lastIndexOf("/");
  if (!WILDCARD.test(pattern)) return [];
  const folder = pattern.slice(0, slash) || "/";
  const here = (WILDCARD.test(folder) ? globFiles(folder) : [folder]).filter(isFolder);
  return [...new Set([...here, ...globFolders(folder)])];
}

const WILDCARD = /[*?[]/;

/** Names in a folder; the empty one is the folder itself. */
function matches(folder: string, part: string): string[] {
  if (part === "") return isFolder(folder) ? [part] : [];
  if (!WILDCARD.test(part)) return isThere(`${folder}/${part}`) ? [part] : [];
  const pattern = toRegExp(part);
  return namesIn(folder).filter((name) => (part.startsWith(".") || !name.startsWith(".")) && pattern.test(name));
}

/** Also a link that leads nowhere: reading it fails, and that is told. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function toRegExp(part: string): RegExp {
  let source = "";
  for (let at = 0; at < part.length; at++) {
    const char = part[at] ?? "";
    const set = char === "[" ? /^\[(!|(?!!))([^][^\]]*)\]/.exec(part.slice(at)) : null;
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (set !== null) {
      source += `[${set[1] === "!" ? "^" : ""}${(set[2] ?? "").replaceAll(/[\\\]^[]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else source += char.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    // A range the wrong way round, such as [z-a], matches nothing in Python.
    return /(?!)/;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
