import { expect, it } from "vitest";
import { columnsOf, mostColumns, padColumns } from "../../src/cli/render/columns.ts";

it.each([
  ["web", 3],
  ["日本", 4],
  ["naïve", 5],
  ["e\u0301t", 2],
  ["🚀x", 3],
  ["👩‍👩‍👧", 2],
  ["한글", 4],
  ["", 0],
])("%j takes %i columns, and is padded by them", (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
  expect(padColumns(text, 6)).toBe(text + " ".repeat(6 - columns));
  expect(padColumns(text, 1).startsWith(text)).toBe(true);
});

it("is what the longest takes", () => {
  expect(mostColumns(["abc", "日本", "x"])).toBe(4);
  expect(mostColumns([])).toBe(0);
});
