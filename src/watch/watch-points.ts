import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, parse, resolve, sep } from "node:path";

/** Names to watch, by the folder that holds them. `null`: every name in that folder. */
export type WatchPoints = ReadonlyMap<string, ReadonlySet<string> | null>;

const MAX_LINKS = 40;

/**
 * Where events have to be listened for so that no change of `files` is missed. Folders, not files: a watch on a file
 * follows its inode, and is lost when an editor renames a new one into place. Every symlink on the way counts, since
 * swapping it swaps the file (Kubernetes mounts configs through `..data`), and so does the nearest folder that exists, for what
 * does not exist yet.
 */
export function watchPoints(files: readonly string[]): WatchPoints {
  const points = new Map<string, Set<string> | null>();
  for (const file of files) addPath(points, resolve(file), 0);
  return points;
}

function addPath(points: Map<string, Set<string> | null>, file: string, links: number): void {
  if (links > MAX_LINKS) return;
  const parts = file
    .slice(parse(file).root.length)
    .split(sep)
    .filter((part) => part !== "");
  let folder = parse(file).root;
  for (const [index, name] of parts.entries()) {
    const path = join(folder, name);
    const target = linkTarget(path);
    if (target !== null) {
      addName(points, folder, name);
      return addPath(points, join(resolve(folder, target), ...parts.slice(index + 1)), links + 1);
    }
    if (kindOf(path) === "missing") return addName(points, folder, name);
    folder = path;
  }
  addName(points, dirname(file), parts.at(-1) ?? "");
  if (kindOf(file) === "folder") points.set(file, null);
}

function addName(points: Map<string, Set<string> | null>, folder: string, name: string): void {
  const names = points.get(folder);
  if (names === null) return;
  points.set(folder, (names ?? new Set<string>()).add(name));
}

function linkTarget(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

function kindOf(path: string): "folder" | "file" | "missing" {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return "missing";
  }
}
