import { describe, expect, it } from "vitest";
import { MAX_ATTRIBUTES, MAX_ELEMENTS, MAX_NESTING, whyRefused } from "../../src/protocol/xml-weight.ts";

const attributes = (count: number) => Array.from({ length: count }, (_, index) => ` a${index}='>'`).join("");

describe("what is worth parsing", () => {
  it.each([
    ["nothing", ""],
    ["an ordinary call", "<?xml version='1.0'?>\n<methodCall><methodName>a</methodName></methodCall>"],
    ["a document type in CDATA", "<a><![CDATA[<!DOCTYPE x>]]></a>"],
    ["a document type in a comment", "<!-- <!DOCTYPE x> --><a/>"],
    ["tags in a comment and in an attribute", `<a b="<c>"><!-- ${"<d>".repeat(2 * MAX_ELEMENTS)} --></a>`],
    ["just enough elements", `<a>${"<b/>".repeat(MAX_ELEMENTS - 1)}</a>`],
    ["just enough siblings that are no empty tags", `<a>${"<b></b>".repeat(MAX_ELEMENTS - 1)}</a>`],
    ["just enough depth", "<a>".repeat(MAX_NESTING) + "</a>".repeat(MAX_NESTING)],
    ["just enough attributes", `<a${attributes(MAX_ATTRIBUTES)}/>`],
    ["an attribute of a megabyte", `<a b='${"x".repeat(1 << 20)}'/>`],
    // What is wrong with these, the parser says.
    ["a comment without an end", "<!-- <a>"],
    ["a tag without an end", "<a"],
    ["an attribute without an end", "<a b='>"],
    ["ends without beginnings", "</a></a>"],
  ])("%s", (_what, text) => {
    expect(whyRefused(text)).toBeNull();
  });

  it.each([
    ["a document type", "<?xml version='1.0'?><!-- <a> --> <!DOCTYPE a><a/>", "document type"],
    ["one in the middle", "<a><!DOCTYPE a></a>", "document type"],
    ["many elements", `<a>${"<b/>".repeat(MAX_ELEMENTS)}</a>`, "more than 20000 elements"],
    ["many comments", `<a>${"<!---->".repeat(MAX_ELEMENTS)}</a>`, "more than 20000 elements"],
    ["many processing instructions", "<?a?>".repeat(MAX_ELEMENTS + 1), "more than 20000 elements"],
    ["many CDATA sections", `<a>${"<![CDATA[]]>".repeat(MAX_ELEMENTS)}</a>`, "more than 20000 elements"],
    ["great depth", "<a>".repeat(MAX_NESTING + 1), "nested deeper than 1000"],
    ["many attributes of one element", `<a${attributes(MAX_ATTRIBUTES + 1)}/>`, "more than 1000 attributes"],
    ["many attributes of many", `<a>${"<b c='1' d=\"2\"/>".repeat(501)}</a>`, "more than 1000 attributes"],
    ["a name of a megabyte", `<${"a".repeat(1 << 20)}/>`, "more than 1000 attributes"],
  ])("not %s", (_what, text, reason) => {
    expect(whyRefused(text)).toContain(reason);
  });
});
