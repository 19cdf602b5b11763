/** One token of JavaScript, TypeScript or JSON. */
export interface Token {
  /** `word`: identifiers, keywords, numbers. `text`: strings, and templates without substitutions. `blob`: all else that is opaque. */
  readonly kind: "word" | "text" | "punct" | "blob";
  /** The word or punctuation itself; of a text its value. */
  readonly value: string;
  /** Offset in the source. */
  readonly start: number;
}

export interface Tokens {
  readonly list: readonly Token[];
  /** For an opening bracket the index of its closing one (or of the end, if it is never closed). */
  readonly closing: ReadonlyMap<number, number>;
}

const WORD = /[\p{ID_Start}$_#\d][\p{ID_Continue}$\u{200c}.]*/uy;
const NAME = /[\p{ID_Start}$_#][\p{ID_Continue}$\u{200c}]*/uy;
const SPACE = /(?:\s|\uFEFF|\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$))+/y;
const STRING = /"(?:[^"\\\n\r]|\\[^])*"?|'(?:[^'\\\n\r]|\\[^])*'?/y;
const REGEX = /\/(?![*/])(?:[^\\/[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[a-z]*/y;
const PUNCT = /=>|\.\.\.|\?\.(?!\d)|\?\?=?|&&=?|\|\|=?|[=!]==?|[<>]=|[-+*/%&|^]=|\+\+|--|[^]/y;
/** After one of these words a slash begins a regular expression, after any other it divides. */
const BEFORE_VALUE = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "delete",
  "void",
  "throw",
  "new",
  "await",
  "yield",
  "default",
  "else",
  "do",
]);

/**
 * Splits a source into tokens; never fails, whatever the text is. It is good enough to follow object literals, and no
 * parser: types, generics and JSX come out as plain punctuation and words. A parser would be a dependency of megabytes for the
 * sake of line numbers.
 */
export function tokenize(text: string): Tokens {
  const list: Token[] = [];
  const closing = new Map<number, number>();
  const open: number[] = [];
  const hashbang = /^#![^\n]*/.exec(text)?.[0].length ?? 0;
  for (let at = hashbang; at < text.length;) {
    const space = match(SPACE, text, at);
    if (space > 0) {
      at += space;
      continue;
    }
    const token = next(text, at, list.at(-1));
    if (token.kind === "punct") track(token.value, list.length, open, closing);
    list.push({ kind: token.kind, value: token.value, start: at });
    at += token.length;
  }
  for (const index of open) closing.set(index, list.length);
  return { list, closing };
}

function track(value: string, index: number, open: number[], closing: Map<number, number>): void {
  if (value === "{" || value === "[" || value === "(") open.push(index);
  if (value !== "}" && value !== "]" && value !== ")") return;
  const opener = open.pop();
  if (opener !== undefined) closing.set(opener, index);
}

type Scanned = { readonly kind: Token["kind"]; readonly value: string; readonly length: number };

function next(text: string, at: number, before: Token | undefined): Scanned {
  const char = text[at] ?? "";
  if (char === '"' || char === "'") {
    const length = match(STRING, text, at);
    return { kind: "text", value: unescape(text.slice(at, at + length)), length };
  }
  if (char === "`") return template(text, at);
  if (char === "/" && startsValue(before)) {
    const length = match(REGEX, text, at);
    if (length > 0) return { kind: "blob", value: "", length };
  }
  const length = match(/\d/.test(char) ? WORD : NAME, text, at);
  if (length > 0) return { kind: "word", value: text.slice(at, at + length), length };
  const punct = match(PUNCT, text, at);
  return { kind: "punct", value: text.slice(at, at + punct), length: punct };
}

function startsValue(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_VALUE.has(before.value);
  return before.kind === "punct" && !")]}".includes(before.value);
}

function template(text: string, from: number): Scanned {
  let at = from + 1;
  let plain = true;
  while (at < text.length && text[at] !== "`") {
    if (text[at] === "\\") at += 2;
    else if (text.startsWith("${", at)) {
      plain = false;
      at = afterSubstitution(text, at + 2);
    } else at += 1;
  }
  const length = Math.min(at + 1, text.length) - from;
  return plain
    ? { kind: "text", value: unescape(text.slice(from, from + length)), length }
    : { kind: "blob", value: "", length };
}

/** Where a `${...}` ends, minding strings, templates and braces within. */
function afterSubstitution(text: string, from: number): number {
  let depth = 1;
  let before: Token | undefined;
  for (let at = from; at < text.length;) {
    const space = match(SPACE, text, at);
    if (space > 0) {
      at += space;
      continue;
    }
    const token = next(text, at, before);
    if (token.kind === "punct" && token.value === "{") depth += 1;
    if (token.kind === "punct" && token.value === "}") depth -= 1;
    at += token.length;
    if (depth === 0) return at;
    before = { ...token, start: at };
  }
  return text.length;
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };

function unescape(literal: string): string {
  const body = literal.slice(1, literal.length > 1 && literal.endsWith(literal[0] ?? "") ? -1 : undefined);
  if (!body.includes("\\")) return body;
  return body.replaceAll(
    /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(\r\n|[^]))/gi,
    (_all, wide, four, two, char) => {
      const code = Number.parseInt((wide ?? four ?? two ?? "") as string, 16);
      if (Number.isNaN(code)) return /[\r\n]/.test(char as string) ? "" : (ESCAPES[char as string] ?? (char as string));
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}
