import { folderOf, readMatches, words, type FileAccess } from "../ini/include.ts";
import { mergeIni, type IniMerge } from "../ini/merge-ini.ts";
import { readFragment } from "../ini/read-ini.ts";
import { variableNames } from "../model/build/build-context.ts";
import type { Place, Problem } from "../model/problem.ts";
import type { Names } from "../model/text/layered-names.ts";
import { expandTemplate } from "../model/text/template.ts";
import type { World } from "../model/world.ts";
import type { LoadResult } from "./load-result.ts";

type Path = readonly (string | number)[];

/** A config value with what it includes. */
export interface WithIncludes {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly messages: LoadResult["messages"];
  /** Files that were read, or tried to be. */
  readonly files: readonly string[];
  /** A problem of `value` as one of an included file, if it comes from there: with its place, and in the words of that file. */
  readonly inFile: (problem: Problem) => Problem;
}

/**
 * Adds the sections of the files that `include` names to a config that was evaluated. Within the files later ones win, as in
 * Supervisor; between them and the config nobody does: a program in both is a mistake. Whatever `include` itself has of mistakes
 * of shape is left to the check of the whole.
 */
export function addIncludes(value: unknown, world: World, access: FileAccess): WithIncludes {
  const nothing = { value, problems: [], warnings: [], messages: [], files: [], inFile: (one: Problem) => one };
  const patterns = patternsOf(value);
  if (!isObject(value) || patterns === null) return nothing;
  const problems: Problem[] = [];
  const names = new Map<string, string | number>([
    ...variableNames(world.env),
    ["here", world.here],
    ["host_node_name", world.hostNodeName],
  ]);
  const expanded = patterns.flatMap(({ path, pattern }) => {
    const result = expandTemplate(pattern, names, "include.files");
    if (result.ok) return typeof path === "string" ? words(result.text) : [result.text];
    problems.push({ message: result.message, path: ["include", "files"] });
    return [];
  });

  let merge: IniMerge | null = null;
  const { files, messages, problem } = readMatches(expanded, access, world.here, (document) => {
    if (merge === null) merge = mergeIni(document);
    else merge.add(document);
    merge.expandHere(folderOf(document.file));
  });
  const found = { ...nothing, files, messages };
  if (problem !== null) problems.push(problem.place ? problem : { ...problem, path: ["include", "files"] });
  if (problems.length > 0 || merge === null) return { ...found, problems };

  const { tree, warnings } = merge as IniMerge;
  const read = readFragment(tree, { ...world, env: { ...world.env, ...environmentOf(value, names) } });
  const whole = join(value, read.config as Readonly<Record<string, unknown>>, read.origin);
  return {
    ...found,
    value: whole.value,
    problems: [...read.problems, ...whole.problems],
    warnings: [...warnings, ...read.warnings],
    messages: [...messages, ...read.messages],
    inFile: (one) => (isOurs(value, one.path ?? []) ? one : read.inFile(one)),
  };
}

/** The variables that the config adds for everybody: included files may speak of them, as those of Supervisor do. */
function environmentOf(config: Readonly<Record<string, unknown>>, names: Names): Record<string, string> {
  const { supervisord } = config;
  const written = isObject(supervisord) ? supervisord["environment"] : null;
  if (!isObject(written)) return {};
  // What is wrong in it is told by whoever checks the whole.
  return Object.fromEntries(
    Object.entries(written).flatMap(([name, value]) => {
      const expanded = expandTemplate(String(value), names, "environment");
      return expanded.ok ? [[name, expanded.text]] : [];
    }),
  );
}

function patternsOf(value: unknown): { readonly path: string | number; readonly pattern: string }[] | null {
  const include = isObject(value) ? value["include"] : null;
  const files = isObject(include) ? include["files"] : null;
  if (typeof files === "string") return [{ path: "files", pattern: files }];
  if (!Array.isArray(files) || !files.every((file) => typeof file === "string")) return null;
  return files.map((pattern, path) => ({ path, pattern }));
}

/** By-name sections are put together, everything else may be in one place only. */
function join(
  config: Readonly<Record<string, unknown>>,
  included: Readonly<Record<string, unknown>>,
  origin: (path: Path) => Place | undefined,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const value: Record<string, unknown> = { ...config };
  const problems: Problem[] = [];
  const twice = (path: Path): void => {
    const place = origin(path);
    problems.push({
      message: `${path.join(".")} is in the config and in ${place?.file ?? "an included file"}`,
      hint: "remove one of the two",
      ...(place && { place }),
    });
  };
  for (const [key, section] of Object.entries(included)) {
    if (section === undefined || isEmpty(section)) continue;
    const own = config[key];
    if (own === undefined) value[key] = section;
    else if (!BY_NAME.has(key) || !isObject(own) || !isObject(section)) twice([key]);
    else {
      for (const name of Object.keys(section)) if (Object.hasOwn(own, name)) twice([key, name]);
      value[key] = { ...section, ...own };
    }
  }
  return { value, problems };
}

const BY_NAME: ReadonlySet<string> = new Set(["programs", "groups", "fcgiPrograms", "eventlisteners"]);

/** Whether the config itself has something at this path, or the part of it that is wrong. */
function isOurs(value: unknown, path: Path): boolean {
  const [section, name] = path;
  if (!isObject(value) || section === undefined) return true;
  const own = value[section];
  if (own === undefined) return false;
  return !BY_NAME.has(String(section)) || name === undefined || (isObject(own) && Object.hasOwn(own, name));
}

function isEmpty(section: unknown): boolean {
  return typeof section === "object" && section !== null && Object.keys(section).length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
