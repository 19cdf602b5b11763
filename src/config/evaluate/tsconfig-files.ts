import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { readRegular } from "../../files/read-regular.ts";

/**
 * The tsconfig files that shape how `sources` compile: the nearest one upwards from each, and what it extends by path. The
 * compiler reads them by itself without listing them, yet an edit of `paths` must reload the config.
 */
export function configFilesOf(sources: readonly string[]): string[] {
  const found = new Set<string>();
  for (const folder of new Set(sources.map((file) => dirname(file)))) {
    if (!folder.includes("/node_modules/")) collect(nearestTsconfig(folder), found);
  }
  return [...found];
}

function nearestTsconfig(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

function collect(file: string | undefined, found: Set<string>): void {
  if (file === undefined || found.has(file) || !existsSync(file)) return;
  found.add(file);
  for (const base of extendsOf(file)) {
    // A bare name is a package: installed, not edited.
    if (!base.startsWith(".") && !isAbsolute(base)) continue;
    const path = resolve(dirname(file), base);
    collect(existsSync(path) ? path : `${path}.json`, found);
  }
}

// tsconfig is JSON with comments and trailing commas; one key of strings does not need a parser for that.
function extendsOf(file: string): string[] {
  const value = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(readRegular(file).toString("utf8"))?.[1] ?? "";
  return [...value.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
}
