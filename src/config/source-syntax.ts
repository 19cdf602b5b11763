import { after, elementStarts, isPunct, isWord } from "./source-literals.ts";
import type { Token, Tokens } from "./source-tokens.ts";

/** The expression after `export default`, `export =`, `module.exports =` or `exports.default =` at `index`, else `null`. */
export function defaultExpression(list: readonly Token[], index: number): number | null {
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
export function localNameOf(
  tokens: Tokens,
  name: string,
): { readonly name: string; readonly from: string | null } | null {
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
export function declaration(tokens: Tokens, name: string): number | null {
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
export function arrowBody(tokens: Tokens, at: number): number | null {
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
export function argumentsAt(tokens: Tokens, at: number): number | null {
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
