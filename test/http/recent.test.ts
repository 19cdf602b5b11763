import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Recent } from "../../src/http/recent.ts";

test("holds the last of what came, never fewer than it was made for, and not many more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 100 }), (most, count) => {
      const recent = new Recent<number>(most);
      for (let item = 0; item < count; item++) recent.push(item);
      expect(recent.length).toBeGreaterThanOrEqual(Math.min(count, most));
      expect(recent.length).toBeLessThanOrEqual(most * 1.25);
      const all = Array.from({ length: count }, (_, item) => item);
      expect(recent.last(most)).toEqual(all.slice(-most));
      expect(recent.last(recent.length)).toEqual(all.slice(-recent.length));
      expect(recent.last(0)).toEqual([]);
    }),
  );
});

test("the last of some kind", () => {
  const recent = new Recent<number>(8);
  for (let item = 0; item < 8; item++) recent.push(item);
  expect(recent.last(2, (item) => item % 3 === 0)).toEqual([3, 6]);
  expect(recent.last(9, (item) => item > 100)).toEqual([]);
});
