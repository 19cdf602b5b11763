import { expect, it } from "vitest";
import { Presses } from "../../src/cli/commands/presses.ts";

it("takes a signal that npm passes on for the press that it has come with, and a later one for another press", () => {
  const presses = new Presses();
  expect([0, 3, 600, 999, 1000, 1002, 2600].map((now) => presses.take(now))).toEqual([1, null, null, null, 2, null, 3]);
});
