import { expect, test } from "vitest";
import { byCodePoint } from "../../src/model/text/by-code-point.ts";

test("names are in the order of their code points, as UTF-8 sorts them", () => {
  const names = [
    "",
    "a",
    "ab",
    "b",
    "B",
    "é",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10000}",
    "😀",
    "a😀",
    "a\u{ffff}",
    "a😀b",
  ];
  for (const a of names) {
    for (const b of names) {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(byCodePoint(a, b)), `${a} and ${b}`).toBe(bytes);
    }
  }
});
