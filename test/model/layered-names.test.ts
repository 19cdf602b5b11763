import { expect, test } from "vitest";
import { layered } from "../../src/model/text/layered-names.ts";

test("of layers with the same name the first counts, and each name is there once", () => {
  const own = new Map<string, string | number>([
    ["process_num", 0],
    ["here", "/own"],
  ]);
  const common = new Map([["here", "/common"]]);
  const environment = new Map([
    ["ENV_A", ""],
    ["ENV_B", "b"],
  ]);
  const names = layered(own, layered(common, environment));
  expect(["here", "process_num", "ENV_A", "ENV_B", "ENV_C"].map((name) => names.get(name))).toEqual([
    "/own",
    0,
    "",
    "b",
    undefined,
  ]);
  expect([...names.keys()]).toEqual(["process_num", "here", "ENV_A", "ENV_B"]);
  expect(layered(own)).toBe(own);
});
