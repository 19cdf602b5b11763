import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPercent } from "../../src/model/text/percent-format.ts";
import { expandTemplate, toTemplate } from "../../src/model/text/template.ts";

const mapping = new Map<string, string | number>([
  ["program_name", "web"],
  ["process_num", 3],
  ["here", "/etc/%x"],
  ["ENV_HOME", "/root"],
]);

describe("expandTemplate", () => {
  it.each([
    ["%(program_name)s_%(process_num)02d", "web_03"],
    ["date +%Y-%m-%d", "date +%Y-%m-%d"],
    ["100%", "100%"],
    ["%%", "%%"],
    ["%(http_code)s", "%(http_code)s"],
    ["%%(here)s", "%(here)s"],
    ["%%%(program_name)s", "%web"],
    ["%%%%(program_name)s", "%%(program_name)s"],
    ["%(here)s/%(ENV_HOME)s", "/etc/%x//root"],
  ])("expands %j to %j", (text, expanded) => {
    expect(expandTemplate(text, mapping, "program:web.command")).toEqual({ ok: true, text: expanded });
  });

  it("says which name has no value, without listing the environment", () => {
    expect(expandTemplate("%(ENV_NOPE)s", mapping, "program:web.command")).toEqual({
      ok: false,
      message:
        "Format string '%(ENV_NOPE)s' for 'program:web.command' contains names ('ENV_NOPE') which cannot be expanded. Available names: ENV_*, here, process_num, program_name",
    });
  });

  it("refuses a known name with a conversion that does not exist", () => {
    const result = expandTemplate("%(here)/x", mapping, "l");
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("unsupported format character '/'") });
  });
});

describe("toTemplate", () => {
  it("keeps the meaning of any text that Supervisor can expand", () => {
    const piece = fc.constantFrom(
      "%%",
      "%(here)s",
      "%(process_num)02d",
      "%(program_name)-5s",
      "(here)s",
      "(process_num)d",
      "(",
      "s",
      " ",
      "é",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
        (text) => {
          expect(expandTemplate(toTemplate(text), mapping, "x")).toEqual(formatPercent(text, mapping));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
