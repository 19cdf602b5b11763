import { expect, test } from "vitest";
import { commonProtocol } from "../../src/protocol/keeper-version.ts";

test.each([
  ["the same", { protocol: 2, oldest: 1 }, { protocol: 2, oldest: 1 }, 2],
  ["an older one, which names no oldest", { protocol: 1 }, { protocol: 2, oldest: 1 }, 1],
  ["a newer one that goes back far enough", { protocol: 5, oldest: 2 }, { protocol: 2, oldest: 1 }, 2],
  ["a newer one that does not", { protocol: 5, oldest: 3 }, { protocol: 2, oldest: 1 }, null],
  ["one that is too old", { protocol: 1 }, { protocol: 3, oldest: 2 }, null],
] as const)("with %s", (_, theirs, ours, common) => {
  expect(commonProtocol(theirs, ours)).toBe(common);
});
