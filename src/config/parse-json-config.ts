import type { Outcome } from "../model/problem.ts";
import { repeatedKeys } from "./repeated-keys.ts";

/**
 * Parses a JSON config; a mistake comes with its place. Strict JSON, because that is what editors with the schema check;
 * a byte order mark is forgiven. Pure.
 */
export function parseJsonConfig(text: string, file: string): Outcome<unknown> {
  const source = text.replace(/^\uFEFF/, "");
  try {
    const value = JSON.parse(source) as unknown;
    const problems = repeatedKeys(source, file);
    return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
  } catch (error) {
    const raw = (error as Error).message;
    const offset = offsetOf(raw, source);
    const before = source.slice(0, offset).split("\n");
    const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const found = source[offset] === undefined ? "end of the file" : JSON.stringify(source[offset]);
    const message = `this is not valid JSON: unexpected ${found}`;
    return { ok: false, problems: [{ message, hint: hintFor(source, offset), place }] };
  }
}

// V8 tells the offset of most mistakes, not of an early end; newer versions add the line as well.
function offsetOf(message: string, source: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  return /end of JSON input/.test(message) ? source.length : Math.max(0, firstOdd(message, source));
}

// `Unexpected token 'x', "...excerpt..." is not valid JSON` names the character and its surroundings only.
function firstOdd(message: string, source: string): number {
  const [, token = "", excerpt = ""] =
    /^Unexpected token '?(.)'?, (?:\.\.\.)?"([^]*?)"(?:\.\.\.)? is not valid/.exec(message) ?? [];
  const at = source.indexOf(excerpt);
  return at === -1 ? source.indexOf(token) : source.indexOf(token, at);
}

function hintFor(source: string, offset: number): string {
  if (source.trim() === "") return "the file is empty; the least config is {}";
  const before = source.slice(0, offset).trimEnd();
  if (/[\]}]/.test(source[offset] ?? "") && before.endsWith(",")) return "remove the comma before it";
  if (source[offset] === "/") return "JSON has no comments; a supervisor.config.ts has";
  if (source[offset] === "'") return 'write strings and names in double quotes (")';
  return "look for a missing comma, quote or bracket";
}
