import type { Problem } from "../../model/problem.ts";

/** Values a config may hold at most: far more than any real one has, and an end for one that grows without bound. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 50;

type Path = readonly (string | number)[];

/**
 * Finds everything in a config that JSON cannot carry, each with its path. An `undefined` property is an absent one
 * (`user: isProd ? "www" : undefined`), but an `undefined` element has no such meaning. Pure, unless the config has getters.
 */
export function findUnplainValues(config: unknown): Problem[] {
  const problems: Problem[] = [];
  const ancestors: object[] = [];
  let count = 0;
  visit(config, []);
  if (count > MAX_VALUES) problems.push({ message: `the config has more than ${MAX_VALUES} values`, path: [] });
  return problems;

  function visit(value: unknown, path: Path): void {
    count += 1;
    if (count > MAX_VALUES || problems.length >= MAX_PROBLEMS) return;
    const objection = objectionTo(value) ?? shapeObjection(value, ancestors);
    if (objection !== null) {
      problems.push({ message: `${nameOf(path)} ${objection.message}`, hint: objection.hint, path });
    } else if (typeof value === "object" && value !== null) {
      ancestors.push(value);
      descend(value, path);
      ancestors.pop();
    }
  }

  function descend(value: object, path: Path): void {
    if (Array.isArray(value)) {
      // By index, because a hole of a sparse array is `undefined` too.
      for (let index = 0; index < value.length && count <= MAX_VALUES; index++) visit(value[index], [...path, index]);
      return;
    }
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) visit(item, [...path, key]);
    }
    if (Object.getOwnPropertySymbols(value).length > 0) {
      problems.push({ message: `${nameOf(path)} has a symbol as a key`, hint: "use a string", path });
    }
  }
}

interface Objection {
  readonly message: string;
  readonly hint: string;
}

function objectionTo(value: unknown): Objection | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return null;
    case "number":
      return Number.isFinite(value) ? null : { message: `is ${value}`, hint: Number.isNaN(value) ? NO_NUMBER : FINITE };
    case "bigint":
      return { message: `is the BigInt ${value}n`, hint: "write a plain number, without the n" };
    case "undefined":
      return { message: "is undefined", hint: "leave it out, for instance with .filter(Boolean)" };
    case "function":
      return { message: "is a function", hint: "call it, or write the value it stands for; a config is plain data" };
    case "symbol":
      return { message: "is a symbol", hint: "write a string" };
    case "object":
      return value === null ? null : objectionToObject(value);
  }
}

function objectionToObject(value: object): Objection | null {
  if (Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A module namespace (`import * as x`) has no prototype, and is fine; so is an object of another realm, such as a test runner's.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return null;
  if (value instanceof Promise) return { message: "is a promise", hint: "await it" };
  if (value instanceof Date) return { message: "is a Date", hint: "write it as a string, such as .toISOString()" };
  if (value instanceof Map) return { message: "is a Map", hint: "use Object.fromEntries(map)" };
  if (value instanceof Set) return { message: "is a Set", hint: "use [...set]" };
  if (value instanceof RegExp) return { message: "is a regular expression", hint: "write its source as a string" };
  const name = (value as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  const kind =
    typeof name === "string" && name !== "" && name !== "Object" ? `an instance of ${name}` : "no plain object";
  return { message: `is ${kind}`, hint: "write plain objects, arrays, strings, numbers and booleans" };
}

function shapeObjection(value: unknown, ancestors: readonly object[]): Objection | null {
  if (typeof value !== "object" || value === null) return null;
  if (ancestors.includes(value))
    return { message: "contains itself", hint: "a config must be a tree; copy what repeats" };
  if (ancestors.length < MAX_DEPTH) return null;
  return { message: `is nested more than ${MAX_DEPTH} levels deep`, hint: "flatten it" };
}

function nameOf(path: Path): string {
  return path.length === 0 ? "the config" : path.join(".");
}

const FINITE = "write a finite number";
const NO_NUMBER = "write a number; a variable that is not set gives none: Number(process.env.PORT ?? 3000)";
