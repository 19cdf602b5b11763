import { basename, dirname, extname, resolve } from "node:path";
import { elementStarts, isPunct, isWord } from "./source-literals.ts";
import type { Tokens } from "./source-tokens.ts";

export interface Binding {
  /** The module as written. */
  readonly from: string;
  /** What it is called there; `*` is the whole namespace. */
  readonly name: string;
}

/** The import that binds a local name, if there is one. */
export function importOf(tokens: Tokens, name: string): Binding | null {
  const { list } = tokens;
  for (let at = 0; at < list.length; at++) {
    if (!isWord(list[at], "import") || isPunct(list[at + 1], "(")) continue;
    const from = list.findIndex((token, index) => index > at && index < at + 200 && isWord(token, "from"));
    const module = list[from + 1];
    if (from === -1 || module?.kind !== "text") continue;
    const bound = boundName(tokens, at + 1, from, name);
    if (bound !== null) return { from: module.value, name: bound };
  }
  return null;
}

function boundName(tokens: Tokens, start: number, end: number, name: string): string | null {
  const { list } = tokens;
  for (let at = start; at < end; at++) {
    if (isPunct(list[at], "{")) {
      for (const element of elementStarts(tokens, at)) {
        const first = isWord(list[element], "type") && isWord(list[element + 1]) ? element + 1 : element;
        const local = isWord(list[first + 1], "as") ? list[first + 2] : list[first];
        if (local?.value === name) return list[first]?.value ?? name;
      }
      return null;
    }
    if (isWord(list[at], name)) return isPunct(list[at - 2], "*") ? "*" : "default";
  }
  return null;
}

/** Extensions a module path may be short of, or stand for (`./x.js` is written for x.ts). */
const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];

/**
 * Which of the files read a module specifier means. A relative one is looked up as Node and TypeScript do; of an alias only
 * its end is known here, so the one file that ends alike is taken.
 */
export function findModule(specifier: string, importer: string, files: readonly string[]): string | undefined {
  const known = new Set(files);
  if (specifier.startsWith(".") || specifier.startsWith("/")) {
    const path = resolve(dirname(importer), specifier);
    const bare = path.slice(0, path.length - extname(path).length);
    return candidates(path, bare).find((file) => known.has(file));
  }
  const stem = basename(specifier, extname(specifier));
  const alike = files.filter((file) => basename(file, extname(file)) === stem || file.includes(`/${stem}/index.`));
  return alike.length === 1 ? alike[0] : undefined;
}

function candidates(path: string, bare: string): string[] {
  return [
    path,
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => bare + extension),
    ...EXTENSIONS.map((extension) => `${path}/index${extension}`),
  ];
}
