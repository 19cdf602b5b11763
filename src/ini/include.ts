import { byCodePoint } from "../model/text/by-code-point.ts";
import type { Problem } from "../model/problem.ts";
import type { World } from "../model/world.ts";
import { environmentNames, expandPercent } from "./expand-percent.ts";
import { normalizePath } from "./path-text.ts";
import type { IniTree } from "./merge-ini.ts";
import { entryOf, mergeIni } from "./merge-ini.ts";
import { parseIni, type IniDocument } from "./parse-ini.ts";
import type { QueuedMessage } from "./section-reader.ts";
import { isSpace } from "./python-text.ts";

/** How files are reached; this floor opens none itself. */
export interface FileAccess {
  /** The text of a file, byte order mark included, or why it cannot be read; `mistake` if what stands in it is to blame. */
  readonly read: (
    file: string,
  ) =>
    | { readonly ok: true; readonly text: string }
    | { readonly ok: false; readonly reason: string; readonly mistake?: Problem };
  /**
   * Paths that match an absolute pattern of `*`, `?` and `[...]`, in any order. A leading dot is matched only by a
   * dot, `**` acts like `*`, and a pattern without wildcards matches the path itself if it exists.
   */
  readonly glob: (pattern: string) => readonly string[];
}

export type IncludeResult =
  | {
      readonly ok: true;
      readonly tree: IniTree;
      readonly warnings: readonly Problem[];
      /** The main file, then every included file in the order read. */
      readonly files: readonly string[];
      readonly messages: readonly QueuedMessage[];
    }
  | { readonly ok: false; readonly problem: Problem; readonly files: readonly string[] };

/**
 * Reads a file and what its `[include]` names. Only the `[include]` of the main file counts.
 *
 * Stricter than Supervisor in one respect: an included file that cannot be read is an error. Supervisor skips it and
 * still logs that it was included, so its programs vanish without a word.
 *
 * @param shown what messages call the main file. Included ones are called by their path, below the main one's folder.
 */
export function readWithIncludes(file: string, access: FileAccess, world: World, shown: string = file): IncludeResult {
  const files = [file];
  const opened = access.read(file);
  if (!opened.ok) {
    const { reason, mistake = { message: `could not read config file ${shown}`, hint: reason } } = opened;
    return { ok: false, files, problem: withHint(mistake) };
  }
  const main = parseIni(opened.text, file, shown);
  if (!main.ok) return { ok: false, files, problem: main.problem };
  const merge = mergeIni(main.document);
  const messages: QueuedMessage[] = [];
  const done = (): IncludeResult => ({ ok: true, tree: merge.tree, warnings: merge.warnings, files, messages });
  const lay = (document: IniDocument): void => {
    merge.add(document);
    merge.expandHere(folderOf(document.file));
  };

  const include = merge.tree.sections.get("include");
  if (!include) return done();
  merge.expandHere(world.here);
  const entry = entryOf(merge.tree, "include", "files");
  if (!entry) {
    const message = ".ini file has [include] section, but no files setting";
    return { ok: false, files, problem: { message, place: include.place } };
  }
  const expanded = expandPercent(entry.value, includeNames(world), "include.files");
  if (!expanded.ok) return { ok: false, files, problem: { message: expanded.message, place: entry.place } };

  const taken = readMatches(words(expanded.text), access, world.here, lay);
  files.push(...taken.files);
  messages.push(...taken.messages);
  const { problem } = taken;
  if (problem === null) return done();
  return { ok: false, files, problem: { ...problem, place: problem.place ?? entry.place } };
}

/** What the patterns of an include came to. */
export interface Matches {
  /** Read, or tried to be. */
  readonly files: readonly string[];
  readonly messages: readonly QueuedMessage[];
  /** The first mistake; nothing is read after it. Without a place if the pattern's own is meant. */
  readonly problem: Problem | null;
}

/** Reads every file that matches, pattern by pattern, and hands its document over. Patterns are relative to `here`. */
export function readMatches(
  patterns: readonly string[],
  access: FileAccess,
  here: string,
  take: (document: IniDocument) => void,
): Matches {
  const files: string[] = [];
  const messages: QueuedMessage[] = [];
  for (const item of patterns) {
    const pattern = item.startsWith("/") ? item : joinPath(here, item);
    const matches = [...access.glob(pattern)].sort(byCodePoint);
    if (matches.length === 0) messages.push({ level: "warn", text: `No file matches via include "${pattern}"` });
    for (const match of matches) {
      messages.push({ level: "info", text: `Included extra file "${match}" during parsing` });
      files.push(match);
      const read = access.read(match);
      if (!read.ok) {
        const message = `could not read included file ${match}: ${read.reason}`;
        const { mistake = { message, hint: "Supervisor would skip it silently" } } = read;
        return { files, messages, problem: withHint(mistake) };
      }
      const parsed = parseIni(read.text, match);
      if (!parsed.ok) return { files, messages, problem: parsed.problem };
      take(parsed.document);
    }
  }
  return { files, messages, problem: null };
}

/** Only a mistake in the bytes of a file comes without a hint. */
function withHint(problem: Problem): Problem {
  return { hint: "save the file as UTF-8", ...problem };
}

function includeNames(world: World): Map<string, string | number> {
  return new Map<string, string>([
    ["here", world.here],
    ["host_node_name", world.hostNodeName],
    ...environmentNames(world.env),
  ]);
}

/** `str.split()`. */
export function words(text: string): string[] {
  const blanks = [...text].map((char) => (isSpace(char) ? " " : char));
  return blanks
    .join("")
    .split(" ")
    .filter((word) => word !== "");
}

/** `os.path.join`: nothing is normalised, so messages show the pattern as Supervisor's do. */
function joinPath(folder: string, item: string): string {
  return folder.endsWith("/") ? folder + item : `${folder}/${item}`;
}

/** Folder of an absolute path, with `.` and `..` resolved. */
export function folderOf(file: string): string {
  return normalizePath(file.slice(0, file.lastIndexOf("/") + 1));
}
