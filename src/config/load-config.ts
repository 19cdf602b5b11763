import { lstatSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { extname, resolve } from "node:path";
import { irregularKind, readRegular } from "../files/read-regular.ts";
import { loadIni } from "../ini/load-ini.ts";
import { lintModel } from "../model/lint.ts";
import type { Model } from "../model/model.ts";
import { prepareValidation } from "../model/schema/validate.ts";
import type { Outcome, Problem } from "../model/problem.ts";
import { build, iniAccess, laxModes, worldOf, type Built } from "./build-config.ts";
import { contentHash } from "./content-hash.ts";
import { foreignFormat } from "./foreign-format.ts";
import { listenerRunner } from "./evaluate/listener-runner.ts";
import { runEvaluator } from "./evaluate/run-evaluator.ts";
import type { LoadContext, LoadResult } from "./load-result.ts";
import { parseJsonConfig } from "./parse-json-config.ts";
import { placeProblems } from "./place-problems.ts";
import { notUtf8 } from "./not-utf8.ts";
import { withoutOwnVariables } from "./own-variables.ts";
import { checkStrictModes, gatherPathFacts } from "./strict-modes.ts";

export type { LoadContext, LoadResult } from "./load-result.ts";

type Loaded = Omit<LoadResult, "hash">;

/**
 * Loads a config file of any format into a model. Never rejects: whatever is wrong is in `outcome.problems`, all of it at
 * once, each with a place as near as can be found. Names ending in .conf or .ini are Supervisor's format, .json is plain
 * data, everything else is evaluated as TypeScript or JavaScript.
 */
export async function loadConfig(file: string, context: LoadContext): Promise<LoadResult> {
  const path = resolve(context.cwd ?? process.cwd(), file);
  const startedAt = Date.now();
  // The file may vanish between two looks at it; that is a problem like any other.
  const loaded = await load(path, context).catch((error: unknown) => {
    const message = `could not load config file ${path}: ${error instanceof Error ? error.message : String(error)}`;
    return failure(formatOf(path), [path], [{ message, hint: "try again" }]);
  });
  return { ...loaded, hash: contentHash(loaded.files, startedAt) };
}

async function load(file: string, context: LoadContext): Promise<Loaded> {
  const format = formatOf(file);
  const unreadable = whyUnreadable(file, (format === "ini" && context.shown) || file, format === "ini");
  if (unreadable !== null) return failure(format, [file], [unreadable]);
  switch (format) {
    case "ini":
      return loadIniFile(file, context);
    case "json":
      return loadJson(file, context);
    case "ts":
      return loadCode(file, context);
  }
}

function formatOf(file: string): LoadResult["format"] {
  const extension = extname(file).toLowerCase();
  if (extension === ".json") return "json";
  return [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"].includes(extension) ? "ts" : "ini";
}

/** @param inItsWords in those of Supervisor, who says nothing more. */
function whyUnreadable(file: string, shown: string, inItsWords: boolean): Problem | null {
  const named = `config file ${shown}`;
  try {
    const found = statSync(file);
    if (found.isDirectory())
      return inItsWords
        ? { message: `could not read ${named}`, hint: "it is a folder: name the file in it" }
        : { message: `${named} is a folder`, hint: "name the file in it" };
    const kind = irregularKind(file, found);
    return kind === null ? null : { message: `${named} is ${kind}, not a file`, hint: "put a file in its place" };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT" && code !== "ENOTDIR")
      return { message: `could not read ${named}${inItsWords ? "" : ` (${code})`}`, hint: "check its permissions" };
    const dangling = isSymlink(file)
      ? "it is a symlink to nothing"
      : "name another with -c, or make one with `sup init`";
    return { message: `could not find ${named}`, hint: dangling };
  }
}

function loadIniFile(file: string, context: LoadContext): Loaded {
  const folders = new Set<string>();
  const { shown, doubts } = context;
  const loaded = loadIni({ file, shown, doubts, world: worldOf(file, context, folders), ...iniAccess(folders) });
  const { messages } = loaded;
  // Whoever has a typed path wants Supervisor's words, and nothing more.
  const outcome = shown === undefined ? explained(loaded.outcome, file) : loaded.outcome;
  const warnings = [...loaded.warnings, ...laxModes([file])];
  return { outcome, messages, warnings, files: [...loaded.files, ...folders], format: "ini" };
}

function explained(outcome: Outcome<Model>, file: string): Outcome<Model> {
  const other = outcome.ok ? null : foreignFormat(file, readText(file) ?? "");
  return other === null ? outcome : { ok: false, problems: [other] };
}

function loadJson(file: string, context: LoadContext): Loaded {
  const text = readText(file);
  if (text === undefined)
    return failure("json", [file], [{ message: `could not read config file ${file}`, hint: "check its permissions" }]);
  // No code, but commands, which root would run as well.
  const access = whoMayEvaluate(file);
  if (access.refused.length > 0) return failure("json", [file], access.refused);
  const garbled = notUtf8([file]);
  if (garbled.length > 0) return failure("json", [file], garbled);
  const parsed = parseJsonConfig(text, file);
  if (!parsed.ok) return failure("json", [file], parsed.problems);
  const built = build(parsed.value, file, context);
  const outcome = located(built, file, [file]);
  const doubts = lint(outcome, built, file, [file], context);
  const warnings = [...access.warnings, ...built.warnings, ...doubts];
  return { outcome, files: [file, ...built.files], warnings, messages: built.messages, format: "json" };
}

async function loadCode(file: string, context: LoadContext): Promise<Loaded> {
  const access = whoMayEvaluate(file);
  if (access.refused.length > 0) return failure("ts", [file], access.refused);
  const env = withoutOwnVariables(context.env ?? process.env);
  const evaluating = runEvaluator(
    {
      file,
      context: { mode: context.mode, command: context.command, host: hostname(), env },
      strict: access.strict,
    },
    {
      evaluator: context.evaluator,
      user: access.user,
      ...(context.timeoutMs === undefined ? {} : { timeoutMs: context.timeoutMs }),
    },
  );
  prepareValidation();
  const evaluation = await evaluating;
  const read = evaluation.files;
  const watched = [...read, ...evaluation.absent];
  // The compiler would put other characters in the place of what it cannot read.
  const garbled = notUtf8([file, ...read.filter((one) => one !== file && !one.includes("/node_modules/"))]);
  if (garbled.length > 0) return failure("ts", watched, garbled);
  const listeners = listenerRunner(file, context, evaluation.build ?? "none", access.user?.uid ?? null);
  if (evaluation.problems.length > 0) {
    const problems = withPlaces(withOutput(evaluation.problems, evaluation.output), file, read);
    const warnings = unique([...access.warnings, ...evaluation.warnings]);
    return { ...failure("ts", watched, problems), warnings };
  }
  const built = build(evaluation.config, file, context, listeners);
  const outcome = located(built, file, read);
  const doubts = lint(outcome, built, file, read, context);
  const warnings = unique([...access.warnings, ...evaluation.warnings, ...built.warnings, ...doubts]);
  const files = [...watched, ...built.files];
  const printed = lastLines(evaluation.output);
  return { outcome, files, warnings, messages: built.messages, ...(printed !== "" && { printed }), format: "ts" };
}

function located({ outcome, inFile }: Built, file: string, files: readonly string[]): Outcome<Model> {
  if (outcome.ok) return outcome;
  return { ok: false, problems: inReadingOrder(withPlaces(outcome.problems.map(inFile), file, files)) };
}

/** File by file in the order of their first mistakes, and from top to bottom; what has no place comes first. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ place }) => place?.file))];
  const rank = ({ place }: Problem): number => (place === undefined ? -1 : files.indexOf(place.file));
  return problems.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

interface Access {
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly strict: { readonly uid: number; readonly trusted: readonly number[] };
  readonly refused: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Root does not run a user's code as root: it becomes the file's owner for it, and says whose word it takes. */
function whoMayEvaluate(file: string): Access {
  const uid = process.getuid?.() ?? 0;
  const owner = statSync(file);
  const other = uid === 0 && owner.uid !== 0;
  const strict = { uid, trusted: other ? [owner.uid] : [] };
  const { refused, warnings } = checkStrictModes(gatherPathFacts([file]), strict);
  const notice: Problem = {
    message: `${file} belongs to uid ${owner.uid}, who decides with it what root runs`,
    hint: "chown it to root if that is not wanted; it is evaluated as its owner",
  };
  const user = other ? { uid: owner.uid, gid: owner.gid } : null;
  return { user, strict, refused, warnings: other ? [notice, ...warnings] : warnings };
}

function lint(
  outcome: Outcome<Model>,
  built: Built,
  file: string,
  files: readonly string[],
  context: LoadContext,
): Problem[] {
  const doubts = outcome.ok ? [...lintModel(outcome.value, "all"), ...(context.doubts?.(outcome.value) ?? [])] : [];
  return doubts.length === 0 ? [] : withPlaces(doubts.map(built.inFile), file, files);
}

function withPlaces(problems: readonly Problem[], file: string, files: readonly string[]): Problem[] {
  return placeProblems(problems, { file, files, read: readText });
}

const SHOWN_LINES = 20;

/** What a failing config printed last often says why. */
function withOutput(problems: readonly Problem[], output: string): Problem[] {
  const printed = lastLines(output);
  if (printed === "") return [...problems];
  return problems.map((problem, index) => {
    if (index > 0) return problem;
    return { ...problem, hint: problem.hint === undefined ? printed : `${problem.hint}\n${printed}` };
  });
}

/** Under a heading; "" if it printed nothing. */
function lastLines(output: string): string {
  if (output.trim() === "") return "";
  const lines = output.trimEnd().split("\n").slice(-SHOWN_LINES);
  return `the config printed:\n${lines.map((line) => `  ${line.slice(0, 300)}`).join("\n")}`;
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

function failure(format: LoadResult["format"], files: readonly string[], problems: readonly Problem[]): Loaded {
  return { outcome: { ok: false, problems }, files, warnings: [], messages: [], format };
}

function readText(file: string): string | undefined {
  try {
    return readRegular(file).toString("utf8");
  } catch {
    return undefined;
  }
}

function isSymlink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
}
