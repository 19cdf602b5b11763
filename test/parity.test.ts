import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

// test/PARITY.md says which test shows what. A test that was renamed or removed must not stay in it.

const HERE = import.meta.dirname;
const rows = readFileSync(join(HERE, "PARITY.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| [1-8A-C]/.test(line))
  .map((line) => ({ line, cells: line.split(/(?<!\\)\|/).map((cell) => cell.trim()) }));

/** Each test that a row names: its file, and words in it. */
function namedTests(shownBy: string): (readonly [file: string, words: string])[] {
  return [...shownBy.matchAll(/`([^`]+)` "((?:[^"\\]|\\.)+)"/g)].map(([, file = "", words = ""]) => [
    file,
    words.replaceAll("\\|", "|").replaceAll('\\"', '"'),
  ]);
}

describe("every row names a test that is there", () => {
  test.each(rows)("$line", ({ cells }) => {
    const [, , , shownBy = ""] = cells;
    const named = namedTests(shownBy);
    expect(named.length).toBeGreaterThan(0);
    for (const [file, words] of named) {
      const path = file.startsWith("docs/") ? join(HERE, "..", file) : join(HERE, file);
      expect(existsSync(path), `${file} is not there`).toBe(true);
      expect(readFileSync(path, "utf8"), `${file} does not say: ${words}`).toContain(words);
    }
  });
});

test("every line that looks like a row of a table has been read", () => {
  const lines = readFileSync(join(HERE, "PARITY.md"), "utf8").split("\n");
  const cells = lines.filter((line) => line.startsWith("|") && !/^\| (Section|---)/.test(line));
  expect(rows.map(({ line }) => line)).toEqual(cells);
});
