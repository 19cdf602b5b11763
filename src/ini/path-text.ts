/**
 * `os.path.normpath` of a POSIX path: `.`, `..` and doubled slashes resolved as text. Two leading slashes stay two, as
 * POSIX allows them a meaning and Python keeps them.
 */
export function normalizePath(path: string): string {
  const lead = /^\/+/.exec(path)?.[0].length ?? 0;
  const root = lead === 2 ? "//" : lead > 0 ? "/" : "";
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== ".." || kept.at(-1) === ".." || (kept.length === 0 && root === "")) kept.push(part);
    else kept.pop();
  }
  return root + kept.join("/") || ".";
}

/** `os.path.dirname`. */
export function directoryOf(path: string): string {
  const head = path.slice(0, path.lastIndexOf("/") + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, "");
}
