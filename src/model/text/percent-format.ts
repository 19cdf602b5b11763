import type { Names } from "./layered-names.ts";
import { convertNumber, isNumberType, type FormatLayout, type FormatValue } from "./percent-number.ts";
import { pythonAscii, pythonRepr } from "./python-repr.ts";

/** What `%`-formatting gave: text, a name that is not in the mapping, or Python's own words for what is malformed. */
export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly kind: "unknown-key"; readonly key: string }
  | { readonly ok: false; readonly kind: "bad-format"; readonly message: string };

/**
 * `template % mapping`, as Python does it, because that is what every `%(name)s` in a `supervisord.conf` means.
 *
 * Theory of operation. A specifier is `%`, an optional `(key)`, flags, width, precision, an ignored `h`/`l`/`L`, and a
 * type. It is read in exactly CPython's order, since the order decides which of several mistakes is reported: the key is
 * looked up as soon as its parenthesis closes, before the rest of the specifier is known to be complete. A specifier
 * without a key takes "the next argument", which for a mapping is the mapping itself, available once and only until the
 * first key is used; that is the state `bare`.
 *
 * One deliberate difference: where Python would print the whole mapping for a bare `%s` (every environment variable,
 * secrets included), this is an error.
 */
export function formatPercent(template: string, mapping: Names): FormatResult {
  return formatPlain(template, mapping) ?? formatExactly(template, mapping);
}

/** By far the most templates have nothing but `%(key)s` and `%%`; `null` for all others, and for mistakes. */
function formatPlain(template: string, mapping: Names): FormatResult | null {
  let text = "";
  let from = 0;
  for (let at = template.indexOf("%"); at !== -1; at = template.indexOf("%", from)) {
    text += template.slice(from, at);
    from = at + 2;
    if (template[at + 1] === "%") {
      text += "%";
      continue;
    }
    const end = template.indexOf(")", from);
    const key = template.slice(from, end);
    const value = mapping.get(key);
    const isPlain = template[at + 1] === "(" && end !== -1 && template[end + 1] === "s" && !key.includes("(");
    if (!isPlain || value === undefined) return null;
    text += String(value);
    from = end + 2;
  }
  return { ok: true, text: text + template.slice(from) };
}

function formatExactly(template: string, mapping: Names): FormatResult {
  // Code points, not UTF-16 units: Python's indexes, widths and precisions count characters.
  const source = Array.from(template);
  const cursor: Cursor = { source, at: 0, bare: true };
  let text = "";
  try {
    while (cursor.at < source.length) {
      const character = source[cursor.at++] ?? "";
      text += character === "%" ? formatSpecifier(cursor, mapping) : character;
    }
  } catch (failure) {
    if (failure instanceof FormatFailure) return failure.result;
    throw failure;
  }
  return { ok: true, text };
}

interface Cursor {
  readonly source: readonly string[];
  at: number;
  /** Whether the mapping itself is still there to be taken by a specifier without a key. */
  bare: boolean;
}

/** Control flow inside this format only: the result of the first mistake. */
class FormatFailure extends Error {
  readonly result: FormatResult & { readonly ok: false };
  constructor(result: FormatResult & { readonly ok: false }) {
    super("bad format");
    this.result = result;
  }
}

function bad(message: string): FormatFailure {
  return new FormatFailure({ ok: false, kind: "bad-format", message });
}

function formatSpecifier(cursor: Cursor, mapping: Names): string {
  if (cursor.source[cursor.at] === "%") {
    cursor.at++;
    return "%";
  }
  let value: FormatValue | null = null;
  if (cursor.source[cursor.at] === "(") {
    const key = readKey(cursor);
    const found = mapping.get(key);
    if (found === undefined) throw new FormatFailure({ ok: false, kind: "unknown-key", key });
    value = found;
    cursor.bare = true;
  }
  const takeArgument = (): FormatValue | null => {
    if (!cursor.bare) throw bad("not enough arguments for format string");
    cursor.bare = false;
    return value;
  };

  const flags = readFlags(cursor);
  const width = readCount(cursor, takeArgument, MAX_WIDTH, "width too big");
  let precision: Count = NO_COUNT;
  if (cursor.source[cursor.at] === ".") {
    cursor.at++;
    precision = readCount(cursor, takeArgument, MAX_PRECISION, "precision too big");
    if (precision.value < 0) precision = { value: 0, negative: false };
  }
  if (/^[hlL]$/.test(cursor.source[cursor.at] ?? "")) cursor.at++;

  const type = cursor.source[cursor.at];
  if (type === undefined) throw bad("incomplete format");
  cursor.at++;
  const layout = { ...flags, left: flags.left || width.negative, width: width.value, precision: precision.value };
  return convert(type, takeArgument(), layout, cursor.at - 1);
}

/** Parentheses inside a key balance: `%(a(b)c)s` asks for `a(b)c`. */
function readKey(cursor: Cursor): string {
  const start = ++cursor.at;
  let depth = 1;
  while (depth > 0) {
    const character = cursor.source[cursor.at];
    if (character === undefined) throw bad("incomplete format key");
    if (character === "(") depth++;
    if (character === ")") depth--;
    cursor.at++;
  }
  return cursor.source.slice(start, cursor.at - 1).join("");
}

function readFlags(cursor: Cursor): Omit<FormatLayout, "width" | "precision"> {
  const seen = new Set<string>();
  while ("-+ #0".includes(cursor.source[cursor.at] ?? "none")) seen.add(cursor.source[cursor.at++] ?? "");
  return {
    left: seen.has("-"),
    sign: seen.has("+"),
    blank: seen.has(" "),
    alternate: seen.has("#"),
    zero: seen.has("0"),
  };
}

interface Count {
  readonly value: number;
  readonly negative: boolean;
}

const NO_COUNT: Count = { value: -1, negative: false };
// CPython's limits are 2^63 and 2^31; a width near either would only be a way to exhaust memory.
const MAX_WIDTH = 1_000_000;
const MAX_PRECISION = 1_000_000;

function readCount(cursor: Cursor, takeArgument: () => FormatValue | null, limit: number, tooBig: string): Count {
  if (cursor.source[cursor.at] === "*") {
    const value = takeArgument();
    if (typeof value !== "number") throw bad("* wants int");
    if (Math.abs(value) > limit) throw bad(tooBig);
    cursor.at++;
    return { value: Math.abs(value), negative: value < 0 };
  }
  let digits = "";
  while (/^[0-9]$/.test(cursor.source[cursor.at] ?? "")) digits += cursor.source[cursor.at++];
  // "%.s" is a precision of 0, "%s" no width at all; both read no digits.
  if (digits === "") return cursor.source[cursor.at - 1] === "." ? { value: 0, negative: false } : NO_COUNT;
  if (Number(digits) > limit) throw bad(tooBig);
  return { value: Number(digits), negative: false };
}

function convert(type: string, value: FormatValue | null, layout: FormatLayout, index: number): string {
  if (isNumberType(type)) {
    const number = convertNumber(type, value, layout);
    if (!number.ok) throw bad(number.message);
    return number.text;
  }
  switch (type) {
    case "s":
    case "r":
    case "a":
      return pad(clip(convertText(type, value), layout.precision), layout);
    case "c":
      return pad(convertCharacter(value), layout);
    default: {
      const code = type.codePointAt(0) ?? 0;
      const shown = code >= 31 && code <= 126 ? type : "?";
      throw bad(`unsupported format character '${shown}' (0x${code.toString(16)}) at index ${index}`);
    }
  }
}

function convertText(type: "s" | "r" | "a", value: FormatValue | null): string {
  if (value === null) throw bad(`%${type} without a (name); write %% for a percent sign`);
  if (typeof value === "number") return String(value);
  switch (type) {
    case "s":
      return value;
    case "r":
      return pythonRepr(value);
    case "a":
      return pythonAscii(value);
  }
}

function convertCharacter(value: FormatValue | null): string {
  if (typeof value === "string" && Array.from(value).length === 1) return value;
  if (typeof value !== "number") throw bad("%c requires int or char");
  if (value < 0 || value > 0x10ffff) throw bad("%c arg not in range(0x110000)");
  return String.fromCodePoint(value);
}

function clip(text: string, precision: number): string {
  return precision < 0 ? text : Array.from(text).slice(0, precision).join("");
}

function pad(text: string, layout: FormatLayout): string {
  const blanks = " ".repeat(Math.max(0, layout.width - Array.from(text).length));
  return layout.left ? text + blanks : blanks + text;
}
