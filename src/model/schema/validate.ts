import type * as z from "zod";
import type { Config } from "../config.ts";
import type { Outcome, Problem } from "../problem.ts";
import { configSchema } from "./schema.ts";
import { otherValue, otherWay, otherWord } from "./other-words.ts";
import { ShapeMemory } from "./shape-memory.ts";
import { closest } from "../text/suggest.ts";

/** Reads the code that checks, which takes a while, if that has not been done: for those who have to wait for something else. */
export function prepareValidation(): void {
  void configSchema.def;
}

/**
 * Checks that a value has the shape of a config: every mistake at once, each with its path, what was found and what is
 * allowed. Values of environments and passwords are never repeated.
 *
 * @param value what a config file exported, as plain data.
 * @param memory of earlier versions of the same config.
 */
export function validateConfig(value: unknown, memory: ShapeMemory = new ShapeMemory()): Outcome<Config> {
  const { unknown, complete } = memory.look(value);
  const result = configSchema.safeParse(unknown, { reportInput: true });
  const lost = lostNames(value);
  if (result.success && lost.length === 0) return { ok: true, value: complete(result.data) };
  const issues = result.success ? [] : result.error.issues;
  const findings = [...lost, ...issues.flatMap((issue) => toFindings(issue, [], value))];
  // `comand: "x"` is one mistake: that `command` is missing as well goes without saying.
  const meant = new Set(findings.map((finding) => finding.meant));
  const told = findings.filter(({ missing }) => missing === undefined || !meant.has(missing));
  return { ok: false, problems: told.map(({ problem }) => problem) };
}

type Issue = z.core.$ZodIssue;

interface Finding {
  readonly problem: Problem;
  /** Path, as JSON, of the option that is missing. */
  readonly missing?: string;
  /** Path, as JSON, of the known option that an unknown one was probably meant to be. */
  readonly meant?: string;
}

function toFindings(issue: Issue, prefix: readonly PropertyKey[], config: unknown): Finding[] {
  const path = toPath([...prefix, ...issue.path]);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownOption(path, key));
  if (issue.code === "invalid_key") {
    return [{ problem: { message: `${show(path)} is not a name that can be used here`, path, at: "key" } }];
  }
  if (issue.code === "invalid_union") {
    const nested = nearestBranch(issue);
    if (nested !== null) return nested.flatMap((inner) => toFindings(inner, path, config));
  }
  const found = valueAt(config, path);
  if (found === undefined) {
    const hint = `it must be ${issue.message}`;
    return [{ problem: { message: `${show(path)} is missing`, hint, path }, missing: JSON.stringify(path) }];
  }
  const message = `${show(path)} must be ${issue.message}, found ${describe(found, path)}`;
  return [{ problem: { message, path, ...valueHint(path, issue.message, found) } }];
}

/**
 * A union of objects and lists fails as a whole; what helps is the mistake inside the branch that was meant. That is the
 * one which got furthest: past the outermost value. With none, or several, the union speaks for itself.
 */
function nearestBranch(issue: Issue & { readonly code: "invalid_union" }): readonly Issue[] | null {
  const deep = issue.errors.filter((branch) => branch.every(reachesInside));
  return deep.length === 1 ? (deep[0] ?? null) : null;
}

function reachesInside(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === "unrecognized_keys";
}

/** Zod passes over a key `__proto__` without a word, and so would lose a whole program. */
function lostNames(config: unknown): Finding[] {
  return Object.keys(configSchema.shape).flatMap((part) => {
    const named = valueAt(config, [part]);
    if (typeof named !== "object" || named === null || !Object.hasOwn(named, "__proto__")) return [];
    const path = [part, "__proto__"];
    return [{ problem: { message: `${show(path)} is not a name that can be used here`, path, at: "key" as const } }];
  });
}

function unknownOption(path: readonly (string | number)[], key: string): Finding {
  const where = path.length === 0 ? "the config" : show(path);
  const known = optionsAt(path);
  const way = path[0] === "programs" && path.length === 2 ? otherWay(key) : null;
  const guess = way === null ? (otherWord(key, known) ?? closest(key, known)) : null;
  const message = `unknown option \`${key}\` in ${where}`;
  const problem: Problem = {
    message,
    path: [...path, key],
    at: "key",
    ...(way === null ? hintFor(guess, known) : { hint: way }),
  };
  return { problem, ...(guess !== null && { meant: JSON.stringify([...path, guess]) }) };
}

function valueHint(path: readonly (string | number)[], allowed: string, found: unknown): { readonly hint?: string } {
  const option = path.at(-2) === "dependsOn" ? "dependsOn" : String(path.at(-1));
  const meant = otherValue(option, found);
  // Words that switch something on or off are meant so only where that can be done.
  if (meant === null || !allowed.includes(meant)) return {};
  return { hint: `did you mean \`${meant}\`?` };
}

function hintFor(guess: string | null, known: readonly string[]): { readonly hint?: string } {
  if (guess !== null) return { hint: `did you mean \`${guess}\`?` };
  return known.length === 0 || known.length > 12 ? {} : { hint: `known here: ${known.join(", ")}` };
}

/** The options of the object at a path, read off the schema. */
function optionsAt(path: readonly (string | number)[]): readonly string[] {
  let schemas: readonly z.core.$ZodType[] = [configSchema];
  for (const step of path) schemas = schemas.flatMap(unwrap).flatMap((schema) => childOf(schema, step));
  return schemas.flatMap(unwrap).flatMap((schema) => Object.keys(shapeOf(schema) ?? {}));
}

/** A schema without what is wrapped around it; a union is all of its parts. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { def } = schema._zod as { def: { innerType?: z.core.$ZodType; options?: readonly z.core.$ZodType[] } };
  if (def.innerType) return unwrap(def.innerType);
  return def.options ? def.options.flatMap(unwrap) : [schema];
}

function childOf(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
  const { def } = schema._zod as { def: { element?: z.core.$ZodType; valueType?: z.core.$ZodType } };
  const shape = shapeOf(schema);
  const child = shape === null ? (def.valueType ?? def.element) : shape[String(step)];
  return child ? [child] : [];
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | null {
  const { def } = schema._zod as { def: { shape?: Readonly<Record<string, z.core.$ZodType>> } };
  return def.shape ?? null;
}

function toPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

/** A path as it would be written: `programs.web.exitcodes[0]`, `programs["my-app"].command`. */
function show(path: readonly (string | number)[]): string {
  if (path.length === 0) return "the config";
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

function valueAt(config: unknown, path: readonly (string | number)[]): unknown {
  let value = config;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return value;
}

function describe(value: unknown, path: readonly (string | number)[]): string {
  const secret = path.some((step) => step === "environment" || step === "password");
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  switch (typeof value) {
    case "string": {
      if (secret) return "text";
      return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}...` : JSON.stringify(value);
    }
    case "number":
    case "boolean":
    case "bigint":
      return secret ? `a ${typeof value}` : String(value);
    case "object":
      return "an object";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    default:
      return "nothing";
  }
}
