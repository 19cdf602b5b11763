import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Paths that match an absolute pattern, as Python's glob.glob without recursion does: `*`, `?`, `[a-z]`, `[!x]`, never
 * across a slash; a leading dot is matched by a dot only; `**` is `*`. Unsorted, as the folders list them.
 */
export function globFiles(pattern: string): string[] {
  let found = ["/"];
  for (const part of pattern.split("/").filter((part) => part !== "")) {
    found = found.flatMap((folder) => matches(folder, part));
  }
  return pattern.endsWith("/") ? found.filter(isFolder).map((path) => `${path}/`) : found;
}

/** The folders in which a new file could match the pattern: those that hold the level of its last wildcard. */
export function globFolders(pattern: string): string[] {
  const slash = pattern.lastIndexOf("/");
  if (!/[*?[]/.test(pattern)) return [];
  const folder = pattern.slice(0, slash) || "/";
  const here = (/[*?[]/.test(folder) ? globFiles(folder) : [folder]).filter(isFolder);
  return [...new Set([...here, ...globFolders(folder)])];
}

function matches(folder: string, part: string): string[] {
  if (!/[*?[]/.test(part)) {
    const path = join(folder, part);
    return existsSync(path) ? [path] : [];
  }
  const pattern = toRegExp(part);
  return namesIn(folder)
    .filter((name) => (part.startsWith(".") || !name.startsWith(".")) && pattern.test(name))
    .map((name) => join(folder, name));
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
