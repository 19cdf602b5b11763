import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitCommand } from "../../src/model/text/shell-words.ts";

describe("splitCommand", () => {
  it.each([
    ["node server.js", ["node", "server.js"]],
    ["  a\tb\r\nc ", ["a", "b", "c"]],
    ["", []],
    ["''", [""]],
    [`bash -c 'a ; b'`, ["bash", "-c", "a ; b"]],
    [String.raw`"x\ny" "a\"b\\"`, [String.raw`x\ny`, String.raw`a"b\ `.trim()]],
    [`a"b c"d`, ["ab cd"]],
    ["a # b", ["a", "#", "b"]],
  ])("splits %j", (text, words) => {
    expect(splitCommand(text)).toEqual({ ok: true, words });
  });

  it.each([
    ["echo 'x", "No closing quotation"],
    ['echo "x', "No closing quotation"],
    ["echo \\", "No escaped character"],
    ['echo "x\\', "No escaped character"],
  ])("refuses %j", (text, message) => {
    expect(splitCommand(text)).toEqual({ ok: false, message });
  });

  it("agrees with Python's shlex.split on generated command lines", () => {
    const unit = fc.constantFrom(..." \t\n\r'\"\\ab#$é*~\u00a0\u{1f600}\v", "' ", '" ', "\\\\");
    const lines = fc.sample(fc.string({ unit, maxLength: 12 }), { numRuns: 5000, seed: 7 });
    const oracle = execFileSync("/usr/bin/python3", ["-c", ORACLE], { input: JSON.stringify(lines) }).toString();
    expect(lines.map((line) => ({ line, result: splitCommand(line) }))).toEqual(
      (JSON.parse(oracle) as unknown[]).map((result, index) => ({ line: lines[index], result })),
    );
  });
});

const ORACLE = `
import json, shlex, sys
out = []
for line in json.load(sys.stdin):
    try:
        out.append({"ok": True, "words": shlex.split(line)})
    except ValueError as e:
        out.append({"ok": False, "message": str(e)})
json.dump(out, sys.stdout)
`;
