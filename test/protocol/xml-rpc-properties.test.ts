import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRequest, decodeResponse, parseRequest, parseResponse } from "../../src/protocol/xml-rpc-decode.ts";
import { pythonFloat } from "../../src/model/text/python-float.ts";
import { Random } from "../chaos/random.ts";
import { mutate } from "../support/mutate.ts";
import { randomCalls } from "../support/random-calls.ts";
import {
  encodeFault,
  encodeRequest,
  encodeResponse,
  piecesOf,
  responseParts,
} from "../../src/protocol/xml-rpc-encode.ts";
import { PIECE, Utf8Text } from "../../src/protocol/utf8-text.ts";
import { scanRequest, scanResponse } from "../../src/protocol/xml-rpc-scan.ts";
import { replaceIllegal } from "../../src/protocol/xml-text.ts";
import type { Encodable } from "../../src/protocol/xml-rpc-value.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Text of all kinds: markup, controls, lone surrogates. */
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("<", ">", "&", "]]>", "\r", "\n", "\0", "\x1b", "\ud800", "\udc00", "é", "😀", " "),
  }),
);

const { value: values } = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    texts,
    fc.boolean(),
    fc.integer({ min: -2147483648, max: 2147483647 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(texts, tie("value")), { maxLength: 5 }).map((members) => new Map(members)),
  ),
}));

/** What a value becomes on the wire: illegal characters replaced, numbers clamped, -0 the same as 0. Small fractions bring along how Python shows them. */
function expected(value: Encodable): unknown {
  if (typeof value === "string") return replaceIllegal(value);
  if (typeof value === "number") {
    if (Number.isInteger(value)) return Math.max(-2147483648, Math.min(2147483647, value)) + 0;
    const text = pythonFloat(value);
    return text === String(value) ? value : { number: value, text };
  }
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(expected);
  return new Map([...(value as Map<string, Encodable>)].map(([name, item]) => [replaceIllegal(name), expected(item)]));
}

function freeze(value: Encodable): void {
  if (typeof value !== "object" || value instanceof Map) return;
  for (const item of Object.values(value)) freeze(item as Encodable);
  Object.freeze(value);
}

describe("the codec", () => {
  it("reads back every answer it writes", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeResponse(bytes(encodeResponse(value)))).toEqual({ kind: "value", value: expected(value) });
      }),
      { numRuns: 500 },
    );
  });

  it("writes what is frozen like anything else, the second time too", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = encodeResponse(value);
        freeze(value);
        expect(encodeResponse(value)).toBe(text);
        expect(encodeResponse(value)).toBe(text);
        expect(encodeResponse(Object.freeze([value, value]))).toBe(encodeResponse([value, value]));
      }),
    );
  });

  it("reads back every request and every fault it writes", () => {
    fc.assert(
      fc.property(texts, fc.array(values, { maxLength: 3 }), fc.integer({ min: 1, max: 99 }), (text, params, code) => {
        const method = `m${text}`;
        expect(decodeRequest(bytes(encodeRequest(method, params)))).toEqual({
          ok: true,
          method: replaceIllegal(method),
          params: params.map(expected),
        });
        expect(decodeResponse(bytes(encodeFault(code, text)))).toEqual({
          kind: "fault",
          code,
          text: replaceIllegal(text),
        });
      }),
      { numRuns: 500 },
    );
  });

  it("writes long texts in pieces as it writes them whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 }),
        fc.nat(200),
        (parts, shift) => {
          // Characters and what is none stand across the ends of pieces.
          const filler = new TextEncoder().encode("aé–😀\r\n<&>\x1b");
          const bytes = new Uint8Array(2 * PIECE + shift);
          for (let at = 0; at < bytes.length; at++) bytes[at] = filler[(at + shift) % filler.length]!;
          for (const [index, part] of parts.entries()) bytes.set(part, (1 + (index % 2)) * PIECE - 20 - 40 * index);
          const text = new Utf8Text(bytes);
          const pieces = [...piecesOf(responseParts([text, 1, [text]]))];
          const whole = encodeResponse([text.toString(), 1, [text.toString()]]);
          expect(pieces.join("") === whole).toBe(true);
          expect(encodeResponse([text, 1, [text]]) === whole).toBe(true);
          expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(5 * PIECE);
        },
      ),
      { numRuns: 30 },
    );
    expect(responseParts([1, "x"])).toEqual([encodeResponse([1, "x"])]);
  });

  it("survives 20,000 mutilated requests, each in bounded time", () => {
    const seeds = [
      encodeRequest("supervisor.startProcess", ["grp:a", true]),
      encodeRequest("system.multicall", [[{ methodName: "supervisor.getState", params: [1, "x", { a: [] }] }]]),
      "<?xml version='1.0'?><a><methodName>x</methodName><params><param><value><base64>YWJj</base64></value></param></params></a>",
    ].map(bytes);
    const pieces = [
      "<",
      ">",
      "</",
      "<value>",
      "</value>",
      "<!DOCTYPE a>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "&#0;",
      "&lt",
      "<?",
      "\0",
    ];
    const random = generator(20261120);
    let slowest = 0;
    let accepted = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const body = mutilate(seeds[random(seeds.length)]!, pieces, random);
      const before = performance.now();
      const decoded = decodeRequest(body);
      decodeResponse(body);
      slowest = Math.max(slowest, performance.now() - before);
      if (decoded.ok) accepted += 1;
    }
    // Generous, since the machine may be busy: what it rules out is a blow-up.
    expect(slowest).toBeLessThan(1000);
    // Neither did everything pass nor nothing: the mutations do bite.
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(19_000);
  });

  it.each([
    ["one long text", `<a><methodName>${"&amp;".repeat(200_000)}</methodName></a>`],
    [
      "many attributes",
      `<a ${Array.from({ length: 60_000 }, (_, n) => `a${n}='${n}'`).join(" ")}><methodName>x</methodName></a>`,
    ],
    ["many unfinished comments", "<!--".repeat(250_000)],
    ["many unfinished tags", "<".repeat(1_000_000)],
    ["one long name", `<${"a".repeat(1_000_000)}>`],
    ["blanks before the root", `${" ".repeat(1_000_000)}<a/>`],
    ["open CDATA", `<a>${"<![CDATA[".repeat(110_000)}`],
  ])("takes no more than seconds for %s", (_what, body) => {
    const before = performance.now();
    decodeRequest(bytes(body));
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

/** Mulberry32: the same mutations in every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function mutilate(seed: Uint8Array, pieces: readonly string[], random: (limit: number) => number): Uint8Array {
  let body = [...seed];
  for (let times = 1 + random(3); times > 0; times -= 1) {
    const at = random(body.length);
    switch (random(5)) {
      case 0:
        body[at] = (body[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        body.splice(at, random(20));
        break;
      case 2:
        body.splice(at, 0, ...bytes(pieces[random(pieces.length)]!));
        break;
      case 3:
        body = [...body.slice(0, at), ...body.slice(random(at + 1))];
        break;
      default:
        body = body.slice(0, Math.max(1, at));
    }
    if (body.length === 0) body = [60];
  }
  return Uint8Array.from(body);
}

/** A list of structs with the same members, as `getAllProcessInfo` answers. */
function equalStructs(): fc.Arbitrary<Encodable> {
  const scalar = fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean(), fc.constantFrom("a&b", "", " "));
  const names = fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 4 });
  return names.chain((keys) =>
    fc.array(fc.record(Object.fromEntries(keys.map((key) => [key, scalar]))), { minLength: 2, maxLength: 6 }),
  );
}

describe("the scanner for plain answers", () => {
  const pieces = [
    "<",
    ">",
    "&",
    "&lt;",
    "&#13;",
    "<!--",
    "<value>",
    "</value>",
    "<string/>",
    "<i8>",
    " ",
    "\n",
    "\t",
    "1",
    "]]>",
    "<?p?>",
    ' a="b"',
    "+",
    ".",
  ];

  type Edit = readonly [place: number, length: number, piece: string];
  const edits = (most: number): fc.Arbitrary<Edit[]> =>
    fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.constantFrom("", ...pieces)), { maxLength: most });
  const damaged = (text: string, places: readonly Edit[]): string =>
    replaceIllegal(
      places.reduce((before, [place, length, piece]) => {
        const at = place % before.length;
        return before.slice(0, at) + piece + before.slice(at + length);
      }, text),
    );

  it.each<[title: string, of: fc.Arbitrary<Encodable>, mostEdits: number, scannedAtLeast: number]>([
    ["any value", values, 2, 300],
    ["structs of one shape", equalStructs(), 1, 1000],
  ])("reads %s, damaged, as the parser does, or leaves it to it", (_, of, mostEdits, scannedAtLeast) => {
    let scanned = 0;
    fc.assert(
      fc.property(of, edits(mostEdits), (value, places) => {
        const text = damaged(encodeResponse(value), places);
        const plain = scanResponse(text);
        if (plain === null) return;
        scanned++;
        expect(parseResponse(text)).toEqual({ kind: "value", value: plain.value });
      }),
      { numRuns: 3000 },
    );
    expect(scanned).toBeGreaterThan(scannedAtLeast);
  });

  it("needs no parser for what servers write", () => {
    expect(scanResponse(encodeResponse([{ name: "a & b", pid: -1, up: true, list: ["<x>", "", " "] }]))).toEqual({
      fault: false,
      value: [
        new Map<string, unknown>([
          ["name", "a & b"],
          ["pid", -1],
          ["up", true],
          ["list", ["<x>", "", " "]],
        ]),
      ],
    });
    expect(scanResponse(encodeFault(10, "BAD_NAME"))?.fault).toBe(true);
  });

  it("reads 5000 mutated requests as the parser does, or leaves them to it", () => {
    const random = new Random(20261127);
    const corpus = randomCalls(20261127, 500).map(({ call }) => Buffer.from(encodeRequest(...call)));
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let scanned = 0;
    for (let round = 0; round < 5000; round++) {
      const body = mutate(random.pick(corpus), random, random.pick(corpus));
      let text: string;
      try {
        text = decoder.decode(body);
      } catch {
        continue;
      }
      const plain = scanRequest(text);
      if (plain === null) continue;
      scanned++;
      expect(parseRequest(text), text).toEqual(plain);
    }
    // Most mutations leave nothing plain.
    expect(scanned).toBeGreaterThan(500);
    expect(scanned).toBeLessThan(4000);
  });

  it("needs no parser for what clients write", () => {
    const everything = [["a & b", "<\r\n>", " ", ""], -7, true, 1.5, new Map([["params", [[]]]])];
    const own = encodeRequest("supervisor.x", everything as Encodable[]);
    expect(scanRequest(own)).toMatchObject({ ok: true, method: "supervisor.x", params: everything });
    const windows = own.replaceAll("\n", "\r\n").replace("'1.0'", '"1.0" encoding="utf-8"');
    expect(scanRequest(windows)).toEqual(scanRequest(own));
    const rest =
      "<value><string/></value>|<value/>|<value><nil/></value>|<value><base64>w6k=</base64></value>|<value>&#233;&#xE9;</value>";
    const params = rest.split("|").map((value) => `<param>${value}</param>`);
    const call = `<methodCall><methodName>a</methodName><params>${params.join("\n\t")}</params></methodCall>\n`;
    expect(scanRequest(call)?.params).toEqual(["", "", null, "é", "éé"]);
    expect(scanRequest("<methodCall><methodName>a</methodName></methodCall>")?.params).toEqual([]);
    expect(scanRequest("<methodCall><methodName>a</methodName><params/></methodCall>")?.params).toEqual([]);
  });

  it.each([
    ["a character that XML forbids", "<string>\x1b</string>"],
    ["a reference to one", "<string>&#27;</string>"],
    ["a reference beyond all characters", "<string>&#x110000;</string>"],
    ["a reference to half of a pair", "<string>&#xD800;</string>"],
    ["a reference without its end", "<string>a &amp b</string>"],
    ["an end of CDATA", "<string>]]></string>"],
    ["a comment", "<!-- c --><string>x</string>"],
    ["an attribute", "<string a='1'>x</string>"],
    ["text beside an element", "a<string>x</string>"],
    ["two elements", "<string>x</string><string>y</string>"],
    ["a number that is none", "<int>x</int>"],
    ["base64 that is none", "<base64>x</base64>"],
    ["great depth", "<array><data><value>".repeat(40) + "</value></data></array>".repeat(40)],
  ])("leaves %s to the parser", (_what, value) => {
    expect(
      scanRequest(
        `<methodCall><methodName>a</methodName><params><param><value>${value}</value></param></params></methodCall>`,
      ),
    ).toBeNull();
  });
});
