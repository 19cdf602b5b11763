import { describe, expect, it } from "vitest";
import { decodeRequest, decodeResponse, MAX_DEPTH } from "../../src/protocol/xml-rpc-decode.ts";
import { MAX_ENTRIES } from "../../src/protocol/xml-rpc-scan.ts";

const call = (params: string, name = "m") =>
  decodeRequest(new TextEncoder().encode(`<methodCall><methodName>${name}</methodName>${params}</methodCall>`));
const value = (xml: string) => {
  const decoded = call(`<params><param>${xml}</param></params>`);
  return decoded.ok ? decoded.params[0] : decoded;
};
const refused = expect.objectContaining({ ok: false });

describe("a request value", () => {
  it.each([
    ["<value>text</value>", "text"],
    ["<value> text </value>", " text "],
    ["<value/>", ""],
    ["<value></value>", ""],
    ["<value><string> a\tb </string></value>", " a\tb "],
    ["<value><string/></value>", ""],
    ["<value><string>a&amp;&lt;&#233;&#x1F600;</string></value>", "a&<é😀"],
    ["<value><string><![CDATA[<!DOCTYPE x>&amp;]]></string></value>", "<!DOCTYPE x>&amp;"],
    ["<value>\n  <int> 42 </int>\n</value>", 42],
    ["<value><i4>-7</i4></value>", -7],
    ["<value><int>+5</int></value>", 5],
    ["<value><boolean>1</boolean></value>", true],
    ["<value><boolean>0</boolean></value>", false],
    ["<value><boolean>true</boolean></value>", false],
    ["<value><double>-1.5</double></value>", -1.5],
    ["<value><double>1e3</double></value>", { number: 1000, text: "1000.0" }],
    ["<value><base64>aMOpbGxv\nIQ==</base64></value>", "héllo!"],
    ["<value><base64></base64></value>", ""],
    ["<value><i8>5</i8></value>", "5"],
    ["<value><whatever>5</whatever></value>", "5"],
    ["<value>a<string>b</string><int>x</int></value>", "b"],
    ["<value><string>a<b>c</b>d</string></value>", "a"],
    ["<value><string>a<!-- c -->b<?p i?>c<![CDATA[<d>]]></string></value>", "abc<d>"],
    ["<value>a<!-- c -->b</value>", "ab"],
    ["<value>a\r\nb&#13;</value>", "a\nb\r"],
    ["<value><double>nan</double></value>", NaN],
    ["<value><double>-Infinity</double></value>", -Infinity],
    ["<value><array><data>text</data></array></value>", []],
    ["<value><struct/></value>", new Map()],
    ["<value><nil/></value>", null],
    ["<value><ex:nil xmlns:ex='urn:x'/></value>", null],
    ["<value><dateTime.iso8601>20261120T10:00:00</dateTime.iso8601></value>", { dateTime: "20261120T10:00:00" }],
    ["<value><array><data></data></array></value>", []],
    ["<value><array><data><value>a</value><value><int>1</int></value></data></array></value>", ["a", 1]],
    [
      "<value><struct><member><name>__proto__</name><value><int>1</int></value></member></struct></value>",
      new Map([["__proto__", 1]]),
    ],
  ])("%s is read as Supervisor reads it", (xml, expected) => {
    expect(value(xml)).toEqual(expected);
  });

  it.each([
    ["an int that is no number", "<value><int>x</int></value>"],
    ["an empty int", "<value><int/></value>"],
    ["a fractional int", "<value><int>1.5</int></value>"],
    ["a bad double", "<value><double>1,5</double></value>"],
    ["base64 that is not UTF-8", "<value><base64>/w==</base64></value>"],
    ["base64 without its padding", "<value><base64>YWI</base64></value>"],
    ["an array without data", "<value><array></array></value>"],
    ["a member without a name", "<value><struct><member><value>x</value></member></struct></value>"],
    ["a member without a value", "<value><struct><member><name>x</name></member></struct></value>"],
    ["a bad date", "<value><dateTime.iso8601>2026-11-20</dateTime.iso8601></value>"],
    ["a raw control character", "<value>\x1b</value>"],
    ["in a namespace nobody declared", "<value><ex:nil/></value>"],
    ["an entity nobody declared", "<value>&x;</value>"],
  ])("is refused if it is %s", (_what, xml) => {
    expect(value(xml)).toEqual(refused);
  });
});

describe("a request", () => {
  it.each([
    ["no params", "", []],
    ["empty params", "<params></params>", []],
    ["self-closing params", "<params/>", []],
  ])("may have %s", (_what, params, expected) => {
    expect(call(params)).toEqual({ ok: true, method: "m", params: expected });
  });

  it("keeps blanks around the method's name, which make it unknown", () => {
    expect(call("", " m ")).toEqual({ ok: true, method: " m ", params: [] });
  });

  it("may begin with a byte order mark, and may name its method twice: the last one counts", () => {
    const body = "\ufeff<m><methodName>a</methodName><params/><methodName>b</methodName></m>";
    expect(decodeRequest(new TextEncoder().encode(body))).toEqual({ ok: true, method: "b", params: [] });
  });

  it("may have two lists of parameters: the last one counts", () => {
    const params = "<params><param><value>a</value></param></params>";
    expect(call(`${params}<params/>`)).toEqual({ ok: true, method: "m", params: [] });
    expect(call(`<params/>${params}`)).toEqual({ ok: true, method: "m", params: ["a"] });
  });

  it("may have any root element", () => {
    const body = "<foo><methodName>a.b</methodName></foo>";
    expect(decodeRequest(new TextEncoder().encode(body))).toEqual({ ok: true, method: "a.b", params: [] });
  });

  it.each([
    ["is empty", ""],
    ["is no XML", "abc"],
    ["has no method", "<methodCall/>"],
    ["has an empty method", "<methodCall><methodName/></methodCall>"],
    ["declares a document type", '<!DOCTYPE x [<!ENTITY b "supervisor">]><m><methodName>&b;.getState</methodName></m>'],
    ["declares one after a comment", "<?xml version='1.0'?><!-- <a> --> <!DOCTYPE m><m><methodName>x</methodName></m>"],
    ["is cut off", "<methodCall><methodName>x</methodName>"],
  ])("is refused if it %s", (_what, body) => {
    expect(decodeRequest(new TextEncoder().encode(body))).toEqual(refused);
  });

  it("is refused if it is not UTF-8", () => {
    const body = Buffer.from("<m><methodName>\xff</methodName></m>", "latin1");
    expect(decodeRequest(body)).toEqual(refused);
  });

  it("is refused beyond 1 MiB", () => {
    expect(call(" ".repeat(1 << 20))).toEqual({ ok: false, reason: "body is larger than 1048576 bytes" });
  });

  const nested = (depth: number) =>
    `<value>${"<array><data><value>".repeat(depth)}x${"</value></data></array>".repeat(depth)}</value>`;

  it("is read down to the deepest allowed nesting, and refused beyond", () => {
    expect(value(nested(MAX_DEPTH))).not.toEqual(refused);
    expect(value(nested(MAX_DEPTH + 1))).toEqual({ ok: false, reason: `nested deeper than ${MAX_DEPTH}` });
  });

  it("is refused, not crashed on, when it is a tower of elements", () => {
    expect(value("<a>".repeat(200_000))).toEqual(refused);
    expect(value("<a>".repeat(100_000) + "</a>".repeat(100_000))).toEqual(refused);
  });

  it("is refused with more values than allowed", () => {
    expect(value(`<value><array><data>${"<value/>".repeat(MAX_ENTRIES)}</data></array></value>`)).toEqual(refused);
    expect(value(`<value><array><data>${"<value/>".repeat(MAX_ENTRIES - 1)}</data></array></value>`)).toHaveLength(
      MAX_ENTRIES - 1,
    );
  });
});

describe("an answer", () => {
  const answer = (xml: string) =>
    decodeResponse(new TextEncoder().encode(`<methodResponse><params><param>${xml}</param></params></methodResponse>`));

  it("may hold raw control characters, as Supervisor sends log text", () => {
    expect(answer("<value><string>\x1b[31mred\0</string></value>")).toEqual({
      kind: "value",
      value: "\ufffd[31mred\ufffd",
    });
  });

  it("may be a fault", () => {
    const xml =
      "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member>" +
      "<member><name>faultString</name><value><string>BAD_NAME: x</string></value></member></struct></value></fault></methodResponse>";
    expect(decodeResponse(new TextEncoder().encode(xml))).toEqual({ kind: "fault", code: 10, text: "BAD_NAME: x" });
  });

  it.each(["", "<html></html>", "<methodResponse/>", "<methodResponse><fault/></methodResponse>"])(
    "%j is malformed",
    (xml) => {
      expect(decodeResponse(new TextEncoder().encode(xml)).kind).toBe("malformed");
    },
  );
});
