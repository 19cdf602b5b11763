import { statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { isFile } from "../find-config.ts";
import { aliasTargets } from "./tsconfig-files.ts";

/** What the compiler puts behind a path, in its order. */
const ENDINGS: readonly string[] = [".tsx", ".ts", ".jsx", ".js", ".css", ".json"];
/** And in the place of an ending: who imports `./x.js` may mean x.ts. */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/**
 * Files that are not there and would be what an import means if they were, instead of what it means now: a new `n.ts` takes the place
 * of `n/index.ts`. Each of them is to be watched as if it were a source.
 *
 * @param specifier as written; relative or absolute, or the name of a package.
 * @param folder that of the file which imports it.
 * @param found what it means now; `null` if nothing.
 */
export function absentFiles(specifier: string, folder: string, found: string | null): string[] {
  if (/^\.{0,2}\/|^\.{1,2}$/.test(specifier)) {
    const path = resolve(folder, specifier);
    return upToFirst(/(?:^|\/)\.{0,2}$/.test(specifier) ? inFolder(path) : candidates(path));
  }
  // By an alias of tsconfig or of package.json, or a package of a workspace. What it was looked for as, only the compiler knows.
  if (found !== null) return upToFirst(candidates(withoutIndex(found)));
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const root = installsInto(folder);
  const aliased = aliasTargets(specifier, folder).flatMap((path) => upToFirst(candidates(path)));
  return [...new Set([join(root, "node_modules", name), ...aliased, ...absentConfigs(folder, root)])];
}

/** The tsconfig files that could make an alias of a name, in the folders of a project. */
function absentConfigs(folder: string, root: string): string[] {
  const found: string[] = [];
  for (let at = folder; at === root || at.startsWith(`${root === "/" ? "" : root}/`); at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    if (isThere(file)) break;
    found.push(file);
    if (at === dirname(at)) break;
  }
  return found;
}

/** A folder of that name is passed over by the compiler, and not to be watched for what is put into it. */
function upToFirst(paths: readonly string[]): string[] {
  const first = paths.findIndex(isFile);
  return paths.slice(0, first === -1 ? undefined : first).filter((path) => !isThere(path));
}

function candidates(path: string): string[] {
  const ending = extname(path);
  const bare = path.slice(0, path.length - ending.length);
  return [
    path,
    ...ENDINGS.map((one) => path + one),
    ...(STANDS_FOR[ending] ?? []).map((one) => bare + one),
    ...inFolder(path),
  ];
}

function inFolder(path: string): string[] {
  return [join(path, "package.json"), ...ENDINGS.map((one) => join(path, `index${one}`))];
}

function withoutIndex(file: string): string {
  const bare = file.slice(0, file.length - extname(file).length);
  return bare.endsWith("/index") ? dirname(bare) : bare;
}

/** Where `npm install` puts packages. */
function installsInto(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, "package.json")) || isThere(join(at, "node_modules"))) return at;
    if (at === dirname(at)) return folder;
  }
}

/** What may not be looked at cannot be watched either. A link to itself can be mended. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ELOOP";
  }
}
