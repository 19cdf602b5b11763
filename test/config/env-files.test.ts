import { expect, it } from "vitest";
import { linesWithoutMeaning } from "../../src/config/env-files.ts";

it.each([
  ["A=1\nnonsense\n\n# comment\n  # too\nexport B=2\nexport C\n", [2, 7]],
  [`KEY="-----BEGIN-----\nabc\n-----END-----"\nnonsense\n`, [4]],
  ["A='one\ntwo'\nB=`x\ny`\n", []],
  ["A=it's\nnot ours\nB=it's\n", [2]],
  [`# A="\nnonsense\nB="x"\n`, [2]],
  [`A="never closed\nnonsense\n`, [2]],
  ["A=1\r\n\r\nB=2\r\n", []],
  ["", []],
])("lines that set nothing in %j are %j", (text, lines) => {
  expect(linesWithoutMeaning(text)).toEqual(lines);
});
