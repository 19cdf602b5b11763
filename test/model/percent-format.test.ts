import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPercent } from "../../src/model/text/percent-format.ts";

const mapping = new Map<string, string | number>([
  ["process_num", 0],
  ["n", 250],
  ["big", 99999],
  ["minus", -7],
  ["program_name", "p"],
  ["c", "é"],
  ["text", "it's \n a \u{1f600} \u00a0"],
  ["a(b)", "nested"],
]);

describe("formatPercent", () => {
  it.each([
    ["%(process_num)02d", "00"],
    ["%(process_num)5.3d", "  000"],
    ["%(process_num)+d", "+0"],
    ["%(process_num) d", " 0"],
    ["%(process_num)s", "0"],
    ["%(process_num)#x", "0x0"],
    ["%(process_num)f", "0.000000"],
    ["%(program_name)5s|", "    p|"],
    ["%(program_name)-5s|", "p    |"],
    ["100%%", "100%"],
    ["%(a(b))s", "nested"],
  ])("expands %s to %s", (template, text) => {
    expect(formatPercent(template, mapping)).toEqual({ ok: true, text });
  });

  it.each([
    ["%", "incomplete format"],
    ["%(n)", "incomplete format"],
    ["%(n", "incomplete format key"],
    ["abcde %Y", "unsupported format character 'Y' (0x59) at index 7"],
    ["%(n)s %d", "not enough arguments for format string"],
    ["%(text)c", "%c requires int or char"],
    ["%d", "%d format: a real number is required, not dict"],
    ["%(program_name)d", "%d format: a real number is required, not str"],
  ])("explains what is wrong with %s", (template, message) => {
    expect(formatPercent(template, mapping)).toEqual({ ok: false, kind: "bad-format", message });
  });

  it("names an unknown key even when the specifier is incomplete", () => {
    expect(formatPercent("%(nope)", mapping)).toEqual({ ok: false, kind: "unknown-key", key: "nope" });
  });

  it.each(["%s", "%r", "%a", "%-30s"])("refuses a bare %s, which would print the whole environment", (template) => {
    expect(formatPercent(template, mapping)).toMatchObject({ ok: false, kind: "bad-format" });
  });

  it("agrees with Python on generated templates", () => {
    const specifier = fc
      .tuple(
        fc.constantFrom("", ...Array.from(mapping.keys(), (key) => `(${key})`), "(x)", "(n", "(a(b)"),
        fc.string({ unit: fc.constantFrom("#", "0", "-", " ", "+"), maxLength: 3 }),
        fc.constantFrom("", "", "1", "5", "12", "*"),
        fc.constantFrom("", "", ".", ".0", ".3", ".9", ".*"),
        fc.constantFrom("", "", "", "h", "l", "L"),
        fc.constantFrom(..."sradiouxXeEfFgGc%", "Y", "\u{1f600}", "é", ""),
      )
      .map((parts) => `%${parts.join("")}`);
    const template = fc
      .array(
        fc.oneof({ weight: 3, arbitrary: specifier }, fc.string({ unit: fc.constantFrom("a", "é", "%", "(", ")") })),
      )
      .map((parts) => parts.join(""));
    const templates = fc.sample(template, { numRuns: 4000, seed: 20 });

    // One interpreter for the whole batch: starting it costs more than all the comparisons.
    const oracle = JSON.parse(
      execFileSync("/usr/bin/python3", ["-c", ORACLE], {
        input: JSON.stringify({ mapping: Object.fromEntries(mapping), templates }),
        maxBuffer: 1 << 28,
      }).toString(),
    ) as ([string, string] | null)[];

    let compared = 0;
    templates.forEach((text, index) => {
      const expected = oracle[index];
      const ours = formatPercent(text, mapping);
      const shown = ours.ok
        ? ["ok", ours.text]
        : ours.kind === "unknown-key"
          ? ["key", ours.key]
          : ["bad", ours.message];
      // Where Python prints the whole mapping we refuse, whatever follows.
      if (shown[0] === "bad" && shown[1]?.includes("without a (name)")) return;
      compared++;
      expect({ text, shown }).toEqual({ text, shown: expected });
    });
    expect(compared).toBeGreaterThan(2500);
  });
});

const ORACLE = `
import json, sys
given = json.load(sys.stdin)
out = []
for template in given["templates"]:
    try:
        out.append(["ok", template % given["mapping"]])
    except KeyError as e:
        out.append(["key", e.args[0]])
    except Exception as e:
        out.append(["bad", str(e)])
json.dump(out, sys.stdout)
`;
