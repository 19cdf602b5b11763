import type { Token, Tokens } from "./source-tokens.ts";

/** A property of an object literal, by the tokens of its key and of its value. */
export interface Property {
  readonly key: number;
  /** Where the value begins; of a shorthand property the key itself. */
  readonly value: number;
}

export interface ObjectParts {
  readonly properties: ReadonlyMap<string, Property>;
  /** Where the expressions after `...` begin, in order. */
  readonly spreads: readonly number[];
}

/** Takes the object literal that opens at `open` apart. Of keys that repeat the last one counts, as it does when run. */
export function objectParts(tokens: Tokens, open: number): ObjectParts {
  const properties = new Map<string, Property>();
  const spreads: number[] = [];
  for (const start of elementStarts(tokens, open)) {
    if (tokens.list[start]?.value === "...") spreads.push(start + 1);
    else addProperty(tokens, start, properties);
  }
  return { properties, spreads };
}

/** Where the elements of a bracket (array, object, arguments) begin: after the opening token and after each comma. */
export function elementStarts(tokens: Tokens, open: number): number[] {
  const end = tokens.closing.get(open) ?? open;
  const starts: number[] = [];
  let fresh = true;
  for (let at = open + 1; at < end; at = after(tokens, at)) {
    if (fresh) starts.push(at);
    fresh = isPunct(tokens.list[at], ",");
  }
  return starts;
}

/** The next token on the same level: behind the closing one, if this is an opening bracket. */
export function after(tokens: Tokens, at: number): number {
  return (tokens.closing.get(at) ?? at) + 1;
}

export function isPunct(token: Token | undefined, value: string): boolean {
  return token?.kind === "punct" && token.value === value;
}

export function isWord(token: Token | undefined, value?: string): boolean {
  return token?.kind === "word" && (value === undefined || token.value === value);
}

const MODIFIERS = new Set(["async", "get", "set"]);

function addProperty(tokens: Tokens, start: number, properties: Map<string, Property>): void {
  const { list, closing } = tokens;
  let at = start;
  while ((MODIFIERS.has(list[at]?.value ?? "") && isKey(list[at + 1])) || isPunct(list[at], "*")) at += 1;
  if (isPunct(list[at], "[")) {
    // A computed key is known only if it is a literal.
    const end = closing.get(at) ?? at;
    if (end !== at + 2 || list[at + 1]?.kind !== "text") return;
    properties.set(list[at + 1]?.value ?? "", { key: at + 1, value: end + 2 });
    return;
  }
  if (!isKey(list[at])) return;
  const value = isPunct(list[at + 1], ":") ? at + 2 : at;
  properties.set(list[at]?.value ?? "", { key: at, value });
}

function isKey(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "text";
}
