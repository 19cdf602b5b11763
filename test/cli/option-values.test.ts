import { expect, it } from "vitest";
import { seconds } from "../../src/cli/option-values.ts";

it.each([
  ["90", 90],
  ["90s", 90],
  ["1.5m", 90],
  ["2h", 7200],
  ["500ms", 0.5],
  ["0", 0],
])("reads %s as %d seconds", (text, expected) => expect(seconds(text)).toBe(expected));

it.each(["", "-1", "1d", "s", "1 s", "1e3", " 1"])("refuses %j", (text) =>
  expect(() => seconds(text)).toThrow("a time"),
);

it("makes a time that no timer can be set to the longest that one can: Node would let it be over at once", () => {
  for (const text of ["3000000", "720h", "99999999999999999999"]) {
    const milliseconds = seconds(text) * 1000;
    expect(milliseconds).toBeGreaterThan(24 * 24 * 3600 * 1000);
    expect(milliseconds).toBeLessThan(2 ** 31);
  }
});
