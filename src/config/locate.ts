import type { Place } from "../model/problem.ts";
import { SourceValues, type LocateSources, type Value } from "./source-values.ts";
import { elementStarts, isPunct, objectParts } from "./source-literals.ts";

/** Literals entered before the search settles for what it has: spreads of spreads can branch without end. */
const MAX_STEPS = 2_000;
/** Spreads within spreads; circles end here. */
const MAX_SPREADS = 24;

/** Where something was written, or what is around it. */
export interface Located {
  readonly place: Place;
  /** It is the very thing. */
  readonly isExact: boolean;
}

/**
 * Makes a function that finds where in the sources a config path such as `["programs", "web", "startsecs"]` was written: the
 * place of its value (or array element), or of its key, if that is asked for. The brace that opens an object says little: its
 * place is its key as well.
 *
 * It follows literals by name from the default export down: through calls like `defineConfig(...)`, functions, spreads,
 * constants and imports, all as best effort. What cannot be followed ends at the nearest key above that can be found, and
 * at worst at the default export: a place is always given.
 */
export function locator(sources: LocateSources): (path: readonly (string | number)[], at?: "key") => Located {
  const values = new SourceValues(sources);
  return (path, at) => {
    values.restart();
    const start = values.exportStart(sources.file);
    const best: Hit = { depth: 0, key: start, value: start };
    const search: Search = { values, path, best, steps: 0 };
    for (const root of values.exported(sources.file, "default")) descend(search, root, 0, 0);
    const { depth, key, value } = search.best;
    const isExact = depth === path.length;
    return { place: values.place(at === "key" || !isExact || saysLittle(value) ? key : value), isExact };
  };
}

/** An object, or nothing: the source ends at the colon. */
function saysLittle({ source, at }: Value): boolean {
  const token = source.tokens.list[at];
  return token === undefined || isPunct(token, "{");
}

interface Hit {
  readonly depth: number;
  readonly key: Value;
  readonly value: Value;
}

interface Search {
  readonly values: SourceValues;
  readonly path: readonly (string | number)[];
  best: Hit;
  steps: number;
}

function descend(search: Search, value: Value, depth: number, spreads: number): void {
  const key = search.path[depth];
  if (key === undefined || spreads > MAX_SPREADS || search.best.depth === search.path.length) return;
  for (const literal of search.values.literals(value)) {
    search.steps += 1;
    if (search.steps > MAX_STEPS) return;
    enter(search, literal, key, depth, spreads);
  }
}

function enter(search: Search, literal: Value, key: string | number, depth: number, nested: number): void {
  const { source, at } = literal;
  if (isPunct(source.tokens.list[at], "[")) {
    const start = elementStarts(source.tokens, at)[Number(key)];
    if (start !== undefined) found(search, { source, at: start }, { source, at: start }, depth);
    return;
  }
  const { properties, spreads } = objectParts(source.tokens, at);
  const property = properties.get(String(key));
  if (property !== undefined) {
    found(search, { source, at: property.key }, { source, at: property.value }, depth);
    return;
  }
  // Later spreads win when run, so they are looked at first.
  for (const spread of spreads.toReversed()) descend(search, { source, at: spread }, depth, nested + 1);
}

function found(search: Search, key: Value, value: Value, depth: number): void {
  if (depth + 1 > search.best.depth) search.best = { depth: depth + 1, key, value };
  descend(search, value, depth + 1, 0);
}
