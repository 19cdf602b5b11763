import { dirname, isAbsolute, join, resolve } from "node:path";
import { readRegular } from "../../files/read-regular.ts";
import { isFile } from "../find-config.ts";
import { elementStarts, isPunct, objectParts } from "../source-literals.ts";
import { tokenize, type Tokens } from "../source-tokens.ts";

/** What the compiler looks for in each folder; the second only where the first is missing. */
const NAMES = ["tsconfig.json", "jsconfig.json"] as const;

/**
 * The tsconfig files that shape how `sources` compile: the nearest one upwards from each, and what it extends by path. The
 * compiler reads them by itself without listing them, yet an edit of `paths` must reload the config.
 */
export function configFilesOf(sources: readonly string[]): string[] {
  const found = new Set<string>();
  for (const folder of new Set(sources.map((file) => dirname(file)))) {
    if (!folder.includes("/node_modules/")) collect(nearestFile(folder, NAMES), found);
  }
  return [...found];
}

/** The nearest file of one of these names, best first, upwards from a folder. */
export function nearestFile(start: string, names: readonly string[]): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const name = names.find((one) => isFile(join(folder, one)));
    if (name !== undefined) return join(folder, name);
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Where the `paths` that rule a folder lead a name to, without endings: absolute paths. More than the compiler would try, since it
 * is all the same to whoever waits for one of them to be made: of several files that extend each other, the paths of all.
 */
export function aliasTargets(specifier: string, folder: string): string[] {
  const configs = configFilesOf([join(folder, "source")]).map((file) => ({ file, options: compilerOptions(file) }));
  const bases = configs.flatMap(({ file, options }) =>
    texts(options, "baseUrl").map((base) => resolve(dirname(file), base)),
  );
  return configs.flatMap(({ file, options }) => {
    const from = [dirname(file), ...bases];
    const paths = part(options, "paths");
    const targets = [...(paths === null ? [] : objectParts(paths.tokens, paths.at).properties.keys())].flatMap(
      (pattern) => {
        const star = starOf(pattern, specifier);
        return star === null ? [] : texts(paths, pattern).map((target) => target.replace("*", () => star));
      },
    );
    return [...targets, ...(bases.length === 0 ? [] : [specifier])].flatMap((target) =>
      from.map((base) => resolve(base, target)),
    );
  });
}

function collect(file: string | undefined, found: Set<string>): void {
  if (file === undefined || found.has(file) || !isFile(file)) return;
  found.add(file);
  for (const base of extendsOf(file)) {
    // A bare name is a package: installed, not edited.
    if (!base.startsWith(".") && !isAbsolute(base)) continue;
    const path = resolve(dirname(file), base);
    collect(isFile(path) ? path : `${path}.json`, found);
  }
}

// tsconfig is JSON with comments and trailing commas; one key of strings does not need a parser for that.
function extendsOf(file: string): string[] {
  const value = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(textOf(file))?.[1] ?? "";
  return [...value.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
}

/** What may not be read says nothing: the compiler passes over it, too. */
function textOf(file: string): string {
  try {
    return readRegular(file).toString("utf8");
  } catch {
    return "";
  }
}

/** A value in a JSON text, by its first token. */
interface Part {
  readonly tokens: Tokens;
  readonly at: number;
}

function compilerOptions(file: string): Part | null {
  return part({ tokens: tokenize(textOf(file).replace(/^\uFEFF/, "")), at: 0 }, "compilerOptions");
}

function part(whole: Part | null, key: string): Part | null {
  if (whole === null || !isPunct(whole.tokens.list[whole.at], "{")) return null;
  const property = objectParts(whole.tokens, whole.at).properties.get(key);
  return property === undefined ? null : { tokens: whole.tokens, at: property.value };
}

/** The text, or the texts of a list. */
function texts(whole: Part | null, key: string): string[] {
  const value = part(whole, key);
  if (value === null) return [];
  const { tokens, at } = value;
  const starts = isPunct(tokens.list[at], "[") ? elementStarts(tokens, at) : [at];
  return starts.flatMap((start) => {
    const token = tokens.list[start];
    return token?.kind === "text" ? [token.value] : [];
  });
}

/** What stands for the `*` of a pattern, "" if it has none; `null` if the name does not match it. */
function starOf(pattern: string, name: string): string | null {
  const [before = "", after] = pattern.split("*", 2);
  if (after === undefined) return pattern === name ? "" : null;
  const fits = name.startsWith(before) && name.endsWith(after) && name.length >= before.length + after.length;
  return fits ? name.slice(before.length, name.length - after.length) : null;
}
