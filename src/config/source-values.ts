import type { Place } from "../model/problem.ts";
import { findModule, importOf } from "./source-imports.ts";
import { after, elementStarts, isPunct, isWord, objectParts } from "./source-literals.ts";
import { argumentsAt, arrowBody, declaration, defaultExpression, localNameOf } from "./source-syntax.ts";
import { tokenize, type Tokens } from "./source-tokens.ts";

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
/** How many expressions are looked at for one path: choices between names that are choices themselves double every time. */
const MAX_STEPS = 5_000;
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
  #steps = 0;

  constructor(sources: LocateSources) {
    this.#sources = sources;
  }

  /** Begins a new search, with its own allowance of steps. */
  restart(): void {
    this.#steps = 0;
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
    this.#steps += 1;
    if (depth > MAX_DEPTH || this.#steps > MAX_STEPS) return [];
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
    const name = list[at]?.value ?? "";
    if (call === null) return this.#member(source, name, members, depth);
    const specifier = list[call + 1];
    if (name === "require" && specifier?.kind === "text")
      return this.#imported(source, specifier.value, "default", depth);
    const given = closing.get(call) === call + 1 ? [] : elementStarts(source.tokens, call);
    const passed = given.flatMap((start) => this.literals({ source, at: start }, depth));
    return [
      ...passed,
      ...(members.length === 0 ? this.#named(source, name, depth).flatMap((v) => this.literals(v, depth)) : []),
    ];
  }

  #member(source: Source, name: string, members: readonly string[], depth: number): Value[] {
    const binding = importOf(source.tokens, name);
    const [first, ...rest] = members;
    if (binding?.name !== "*" || first === undefined)
      return this.#members(this.#named(source, name, depth), members, depth);
    return this.#members(this.#imported(source, binding.from, first, depth), rest, depth);
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
