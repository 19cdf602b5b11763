import type { Problem } from "../model/problem.ts";
import { elementStarts, isPunct } from "./source-literals.ts";
import { tokenize } from "./source-tokens.ts";

/**
 * Keys that an object of a JSON text has twice. `JSON.parse` takes the last one without a word, so that of two programs with one
 * name the first is lost. Pure.
 *
 * @param source valid JSON.
 */
export function repeatedKeys(source: string, file: string): Problem[] {
  const tokens = tokenize(source);
  const found: Problem[] = [];
  const place = (at: number) => {
    const before = source.slice(0, tokens.list[at]?.start ?? 0).split("\n");
    return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  const visit = (open: number, path: readonly (string | number)[]): void => {
    const isObject = isPunct(tokens.list[open], "{");
    if (!isObject && !isPunct(tokens.list[open], "[")) return;
    const first = new Map<string, number>();
    for (const [index, start] of elementStarts(tokens, open).entries()) {
      const key = isObject ? (tokens.list[start]?.value ?? "") : index;
      visit(isObject ? start + 2 : start, [...path, key]);
      if (typeof key === "number") continue;
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, start);
        continue;
      }
      const { line, column } = place(other);
      const message = `${[...path, key].join(".")} is given twice, first in line ${line}, column ${column}`;
      const hint = "remove or rename one of them: only the last would count";
      found.push({ message, hint, path: [...path, key], at: "key", place: place(start) });
    }
  };
  visit(0, []);
  return found;
}
