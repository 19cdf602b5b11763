import { describe, expect, it } from "vitest";
import { printReference, printTemplate } from "../../src/ini/print-template.ts";
import { Code } from "../../src/ini/print-value.ts";

const DEFINED = new Set(["MINE"]);
const show = (printed: Code | string): string => (printed instanceof Code ? printed.source : `text: ${printed}`);

describe("printTemplate", () => {
  it.each([
    ["%(ENV_X)s", 'env("X")'],
    ["a %(ENV_X)s b", '`a ${env("X")} b`'],
    ["%(ENV_X)s%(ENV_Y)s", '`${env("X")}${env("Y")}`'],
    ["%(here)s/%(ENV_X)s/%(process_num)02d", '`%(here)s/${env("X")}/%(process_num)02d`'],
    ["%(ENV_A-B c)s", 'env("A-B c")'],
    ['`${x}` \\ "q" $%(ENV_X)s\n', '`\\`\\${x}\\` \\\\ "q" $${env("X")}\\n`'],
    ["\\%(ENV_X)s", '`\\\\${env("X")}`'],
  ])("turns %j into %s", (text, source) => {
    expect(show(printTemplate(text, DEFINED))).toBe(source);
  });

  it.each([
    ["without a variable", "date +%Y %(here)s"],
    ["set by the file itself", "%(ENV_MINE)s"],
    ["in another format", "%(ENV_X)-8s %(ENV_X)d %(ENV_X)r"],
    ["literal", "%%(ENV_X)s"],
    ["behind a literal percent sign", "%%%(ENV_X)s"],
    // A value that ends with a percent sign would turn what follows into literal text.
    ["right before what is expanded", "%(ENV_X)s%(here)s"],
    ["right before what a percent sign would make special", "%(ENV_X)s(here)s"],
  ])("leaves text as it is: %s", (_, text) => {
    expect(printTemplate(text, DEFINED)).toBe(text);
  });

  it("keeps only the reference that needs it", () => {
    expect(show(printTemplate("%(ENV_X)s%(ENV_MINE)s-%(ENV_Y)s", DEFINED))).toBe('`%(ENV_X)s%(ENV_MINE)s-${env("Y")}`');
  });
});

describe("printReference", () => {
  it.each([
    ["%(ENV_X)s", 'env("X")'],
    ["1%(ENV_X)s", '`1${env("X")}`'],
    ["7", null],
    ["%(ENV_MINE)s", null],
    ["%(ENV_X)s%(process_num)d", null],
    ["%(ENV_X)d", null],
    ["100%%%(ENV_X)s", null],
  ])("turns %j into %s", (raw, source) => {
    expect(printReference(raw, DEFINED)).toBe(source);
  });
});
