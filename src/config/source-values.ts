import type { Place } from "../model/problem.ts";
import { findModule, importOf } from "./source-imports.ts";
import { after, elementStarts, isPunct, isWord, objectParts } from "./source-literals.ts";
import { tokenize, type Token, type Tokens } from "./source-tokens.ts";

export interface LocateSources {
  /** The config file. */
  readonly file: string;
  /** All files the config was made of, for following imports. */
  readonly files: readonly string[];
  /** Text of a file, or `undefined`. */
  readonly read: (file: string) => string | undefined;
}

export interface Source {
  readonly file: string;
  readonly text: string;
  readonly tokens: Tokens;
}

/** An expression in a source, by its first token. */
export interface Value {
  readonly source: Source;
  readonly at: number;
}

/** How far names and calls are followed before giving up: also what ends a cycle of imports. */
const MAX_DEPTH = 24;
const STATEMENTS = new Set([
  "const",
  "let",
  "var",
  "export",
  "import",
  "function",
  "class",
  "return",
  "if",
  "for",
  "throw",
]);
const CHOICES = new Set(["?", ":", "&&", "||", "??"]);

/** Follows expressions of config sources to the object and array literals they may stand for. */
export class SourceValues {
  readonly #sources: LocateSources;
  readonly #known = new Map<string, Source>();

  constructor(sources: LocateSources) {
    this.#sources = sources;
  }

  place({ source, at }: Value): Place {
    const before = source.text.slice(0, source.tokens.list[at]?.start ?? 0).split(/\r\n|[\n\r\u2028\u2029]/);
    return { file: source.file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  /** The statement that exports the config; the beginning of the file if it is not seen. */
  exportStart(file: string): Value {
    const source = this.#source(file);
    const { list } = source.tokens;
    const at = list.findIndex((_token, index) => defaultExpression(list, index) !== null);
    return { source, at: Math.max(0, at) };
  }

  /** The expressions a module may export under a name. */
  exported(file: string, name: string, depth = 0): Value[] {
    if (depth > MAX_DEPTH) return [];
    const source = this.#source(file);
    const { list } = source.tokens;
    if (name === "default") {
      if (file.endsWith(".json")) return [{ source, at: 0 }];
      const found = list.map((_token, index) => defaultExpression(list, index)).filter((at) => at !== null);
      if (found.length > 0) return found.map((at) => ({ source, at }));
    }
    const local = localNameOf(source.tokens, name);
    if (local?.from != null) return this.#imported(source, local.from, local.name, depth);
    return this.#named(source, local?.name ?? name, depth + 1);
  }

  /** The object and array literals that an expression may come to, most likely first. */
  literals(value: Value, depth = 0): Value[] {
    if (depth > MAX_DEPTH) return [];
    return [...this.#primary(value, depth + 1), ...this.#alternatives(value, depth + 1)];
  }

  #primary({ source, at }: Value, depth: number): Value[] {
    const { list, closing } = source.tokens;
    const token = list[at];
    if (token === undefined || depth > MAX_DEPTH) return [];
    if (isPunct(token, "{") || isPunct(token, "[")) return [{ source, at }];
    const arrow = arrowBody(source.tokens, at);
    if (arrow !== null) return this.#body({ source, at: arrow }, depth);
    if (isPunct(token, "(")) return this.literals({ source, at: at + 1 }, depth);
    if (token.kind !== "word") return [];
    if (token.value === "async" || token.value === "await" || token.value === "new")
      return this.#primary({ source, at: at + 1 }, depth);
    if (token.value === "function") {
      for (let brace = at + 1; brace < list.length; brace = after(source.tokens, brace)) {
        if (isPunct(list[brace], "{")) return this.#body({ source, at: brace }, depth);
      }
      return [];
    }
    return this.#reference({ source, at }, depth, closing);
  }

  /** A name with what follows it: members, a call with its arguments. */
  #reference({ source, at }: Value, depth: number, closing: ReadonlyMap<number, number>): Value[] {
    const { list } = source.tokens;
    const members: string[] = [];
    let end = at + 1;
    while ((isPunct(list[end], ".") || isPunct(list[end], "?.")) && isWord(list[end + 1])) {
      members.push(list[end + 1]?.value ?? "");
      end += 2;
    }
    const call = argumentsAt(source.tokens, end);
    if (call === null) return this.#members(this.#named(source, list[at]?.value ?? "", depth), members, depth);
    const specifier = list[call + 1];
    const name = list[at]?.value ?? "";
    if (name === "require" && specifier?.kind === "text")
      return this.#imported(source, specifier.value, "default", depth);
    const given = closing.get(call) === call + 1 ? [] : elementStarts(source.tokens, call);
    const passed = given.flatMap((start) => this.literals({ source, at: start }, depth));
    return [
      ...passed,
      ...(members.length === 0 ? this.#named(source, name, depth).flatMap((v) => this.literals(v, depth)) : []),
    ];
  }

  #members(values: readonly Value[], members: readonly string[], depth: number): Value[] {
    let current = values.flatMap((value) => this.literals(value, depth));
    for (const member of members) {
      current = current.flatMap(({ source, at }) => {
        if (!isPunct(source.tokens.list[at], "{")) return [];
        const property = objectParts(source.tokens, at).properties.get(member);
        return property === undefined ? [] : this.literals({ source, at: property.value }, depth);
      });
    }
    return current;
  }

  /** What a function returns: its expression, or every `return` of its block. */
  #body({ source, at }: Value, depth: number): Value[] {
    const { list, closing } = source.tokens;
    if (!isPunct(list[at], "{")) return this.literals({ source, at }, depth);
    const end = closing.get(at) ?? at;
    const found: Value[] = [];
    for (let index = at + 1; index < end; index++) {
      if (isWord(list[index], "return")) found.push(...this.literals({ source, at: index + 1 }, depth));
    }
    return found;
  }

  /** The other branches of `a ? x : y`, `a && x`, `a ?? x`: every one is a possible place. */
  #alternatives({ source, at }: Value, depth: number): Value[] {
    const { list } = source.tokens;
    const found: Value[] = [];
    if (arrowBody(source.tokens, at) !== null) return found;
    for (let index = at; index < list.length; index = after(source.tokens, index)) {
      const token = list[index];
      if (token === undefined || (token.kind === "punct" && ",;)}]".includes(token.value))) break;
      if (index > at && token.kind === "word" && STATEMENTS.has(token.value)) break;
      if (token.kind === "punct" && CHOICES.has(token.value))
        found.push(...this.#primary({ source, at: index + 1 }, depth));
    }
    return found;
  }

  #named(source: Source, name: string, depth: number): Value[] {
    if (depth > MAX_DEPTH) return [];
    const declared = declaration(source.tokens, name);
    if (declared !== null) return [{ source, at: declared }];
    const binding = importOf(source.tokens, name);
    return binding === null ? [] : this.#imported(source, binding.from, binding.name, depth);
  }

  #imported(source: Source, specifier: string, name: string, depth: number): Value[] {
    const file = findModule(specifier, source.file, this.#sources.files);
    return file === undefined ? [] : this.exported(file, name, depth + 1);
  }

  #source(file: string): Source {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const text = (this.#sources.read(file) ?? "").replace(/^\uFEFF/, "");
    const source = { file, text, tokens: tokenize(text) };
    this.#known.set(file, source);
    return source;
  }
}

/** The expression after `export default`, `export =`, `module.exports =` or `exports.default =` at `index`, else `null`. */
function defaultExpression(list: readonly Token[], index: number): number | null {
  const next = (offset: number): Token | undefined => list[index + offset];
  if (isWord(next(0), "export")) {
    if (isWord(next(1), "default") || isPunct(next(1), "=")) return index + 2;
    return null;
  }
  if (isWord(next(0), "module") && isWord(next(2), "exports") && isPunct(next(3), "=")) return index + 4;
  if (isWord(next(0), "exports") && isWord(next(2), "default") && isPunct(next(3), "=")) return index + 4;
  return null;
}

/** What `export { local as name } [from "..."]` says about a name. */
function localNameOf(tokens: Tokens, name: string): { readonly name: string; readonly from: string | null } | null {
  const { list, closing } = tokens;
  for (let at = 0; at < list.length; at++) {
    if (!isWord(list[at], "export") || !isPunct(list[at + 1], "{")) continue;
    const end = closing.get(at + 1) ?? at;
    const from = isWord(list[end + 1], "from") ? (list[end + 2]?.value ?? null) : null;
    for (const start of elementStarts(tokens, at + 1)) {
      const outer = isWord(list[start + 1], "as") ? list[start + 2] : list[start];
      if (outer?.value === name) return { name: list[start]?.value ?? name, from };
    }
  }
  return null;
}

/** Where the value of `const name = value`, or `function name`, begins. */
function declaration(tokens: Tokens, name: string): number | null {
  const { list } = tokens;
  for (let at = 1; at < list.length; at++) {
    if (!isWord(list[at], name)) continue;
    const before = list[at - 1];
    if (isWord(before, "function")) return at - 1;
    if (!["const", "let", "var"].includes(before?.value ?? "")) continue;
    // The type annotation in between, if there is one, has no `=` of its own on this level.
    for (let end = at + 1; end < list.length && !isPunct(list[end], ";"); end = after(tokens, end)) {
      if (isPunct(list[end], "=")) return end + 1;
    }
  }
  return null;
}

/** Where the body of an arrow function that begins at `at` begins, else `null`. */
function arrowBody(tokens: Tokens, at: number): number | null {
  const { list } = tokens;
  if (isWord(list[at], "async")) return arrowBody(tokens, at + 1);
  if (isWord(list[at])) return isPunct(list[at + 1], "=>") ? at + 2 : null;
  if (!isPunct(list[at], "(")) return null;
  let end = after(tokens, at);
  if (isPunct(list[end], "=>")) return end + 1;
  // A return type: it ends at the arrow, on this level.
  if (!isPunct(list[end], ":")) return null;
  for (end += 1; end < list.length && !",;)}]".includes(list[end]?.value ?? ";"); end = after(tokens, end)) {
    if (isPunct(list[end], "=>")) return end + 1;
  }
  return null;
}

/** The opening parenthesis of a call whose callee ends before `at`, minding type arguments. */
function argumentsAt(tokens: Tokens, at: number): number | null {
  const { list } = tokens;
  if (isPunct(list[at], "(")) return at;
  if (!isPunct(list[at], "<")) return null;
  let depth = 0;
  for (let end = at; end < list.length && end < at + 200; end = after(tokens, end)) {
    if (isPunct(list[end], "<")) depth += 1;
    if (isPunct(list[end], ">")) depth -= 1;
    if (depth === 0) return isPunct(list[end + 1], "(") ? end + 1 : null;
  }
  return null;
}
