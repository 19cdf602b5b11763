import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { array, constantFrom, sample } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../../src/ini/environment-text.ts";

const END = (text: string): string => `Unexpected end of key/value pairs in value '${text}'`;

describe("the environment grammar", () => {
  const table: [text: string, pairs: Record<string, string>][] = [
    ['A=1,B="x y",C=a-b/c:d(e)+f.g', { A: "1", B: "x y", C: "a-b/c:d(e)+f.g" }],
    ["A=1,", { A: "1" }],
    ['A="",B=1', { A: "", B: "1" }],
    ["A=1;B=2", { A: "1", B: "2" }],
    ["A=1 extra B=2", { A: "1", B: "2" }],
    ["A=b c", { A: "b" }],
    ["A=$HOME", { A: "$" }],
    ["A=http://x/y?q=1", { A: "http://x/y", q: "1" }],
    ['A="a\\"b"', { A: 'a"b' }],
    ['A="x"y', { A: "xy" }],
    ['A=a"b"c', { A: "abc" }],
    ['"A B"=1', { "A B": "1" }],
    ["A='it''s'", { A: "its" }],
    ["A=x#y", { A: "x" }],
    ["A=1,\n B=2", { A: "1", B: "2" }],
    ['A="x\\ny"', { A: "x\\ny" }],
    ["A=1,A=2", { A: "2" }],
    ["", {}],
  ];
  it.each(table)("reads %j", (text, pairs) => {
    const result = parseEnvironment(text);
    expect(result.ok && Object.fromEntries(result.pairs)).toEqual(pairs);
  });

  it.each(["A=", "A", "A=1 B=2", "A=1,,B=2", ",A=1", "A=1,,", "A=user@host", "A=a*b", "A=[1]", "A=x=y"])(
    "refuses %j",
    (text) => {
      expect(parseEnvironment(text)).toEqual({ ok: false, message: END(text) });
    },
  );

  it.each([
    ['A="x', "No closing quotation"],
    ["A=x'", "No closing quotation"],
    ["A=x\\", "No escaped character"],
    ['A="x\\', "No escaped character"],
  ])("says why %j cannot be split", (text, message) => {
    expect(parseEnvironment(text)).toEqual({ ok: false, message });
  });

  it("agrees with Python on 20000 generated texts", () => {
    const piece = constantFrom(..."AB1_=,=,=, \t\n\"'\\#;$@%().:/-+*é字ß×".split(""), "KEY=", ',"x y"', "\\'", "🐍");
    const texts = sample(array(piece, { maxLength: 14 }), { seed: 42, numRuns: 20_000 }).map((all) => all.join(""));
    const script = fileURLToPath(new URL("../oracle/ini_environment.py", import.meta.url));
    const input = texts.map((text) => JSON.stringify(text)).join("\n");
    const { stdout, status } = spawnSync("/usr/bin/python3", [script], { input, encoding: "utf8", maxBuffer: 1 << 28 });
    expect(status).toBe(0);
    const theirs = stdout.trimEnd().split("\n");
    expect(theirs).toHaveLength(texts.length);
    for (const [index, text] of texts.entries()) {
      const result = parseEnvironment(text);
      const ours = result.ok ? { pairs: [...result.pairs] } : { error: result.message };
      expect({ text, ...ours }).toEqual({ text, ...(JSON.parse(theirs[index] ?? "") as object) });
    }
  });
});
