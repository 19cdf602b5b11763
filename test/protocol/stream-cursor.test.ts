import * as fc from "fast-check";
import type { ZodType } from "zod";
import { describe, expect, test } from "vitest";
import { apiCalls, streamQuery } from "../../src/protocol/api-schema.ts";
import type { ApiName, StreamCursor } from "../../src/protocol/api.ts";
import { checkArguments } from "../../src/protocol/check-arguments.ts";
import { advanceCursor, eventIdWriter, readEventId, readStreamQuery } from "../../src/protocol/stream-cursor.ts";

const cursor = (output: Record<string, number> = {}): StreamCursor => ({
  life: "ab12",
  event: 7,
  keeper: "9-8",
  output,
});

describe("an event's id", () => {
  test("says where its client is, whatever programs are called", () => {
    const names = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((name) => !/\p{Surrogate}/u.test(name));
    fc.assert(
      fc.property(fc.dictionary(names, fc.nat(), { maxKeys: 8, noNullPrototype: true }), (output) => {
        const given = cursor(Object.fromEntries(Object.entries(output).filter(([key]) => key !== "__proto__")));
        const id = eventIdWriter()(given);
        expect(id).toMatch(/^[\x21-\x7e]+$/);
        expect(readEventId(id)).toEqual({ cursor: given, outputs: true });
      }),
    );
  });

  test("leaves outputs out when there are too many for a header, and says so", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p:p_${index}/stdout`, index]));
    const write = eventIdWriter();
    const id = write(cursor(many));
    expect(id.length).toBeLessThan(4096);
    expect(readEventId(id)).toEqual({ cursor: cursor(), outputs: false });
    // Nor are they looked at again, with each event.
    const output = new Proxy(many, { ownKeys: () => expect.fail("the outputs were looked at again") });
    expect(readEventId(write({ ...cursor(), event: 8, output }))).toEqual({
      cursor: { ...cursor(), event: 8 },
      outputs: false,
    });
  });

  test.each(["", "7", "a.b.c", "a.1.b;x", "a.1.b;x=y", "a.1.b;%E0%A4%A=1", "a.1.b;=1", "a.-1.b"])("is not %j", (id) =>
    expect(readEventId(id)).toBeNull(),
  );
});

describe("a cursor", () => {
  test("moves with what is told, and begins anew where a daemon does", () => {
    const open = { type: "open", cursor: cursor({ "a/stdout": 3 }) } as const;
    let at = advanceCursor(null, { type: "ready", namespec: "a", seq: 8 });
    expect(at).toBeNull();
    at = advanceCursor(at, open);
    at = advanceCursor(at, { type: "output", namespec: "a", stream: "stdout", data: "eA==", position: 4 });
    at = advanceCursor(at, { type: "gap", namespec: "a", stream: "stderr", bytes: 9, position: 9 });
    at = advanceCursor(at, { type: "ready", namespec: "a", seq: 8 });
    expect(at).toEqual({ ...cursor({ "a/stdout": 4, "a/stderr": 9 }), event: 8 });
    at = advanceCursor(at, { type: "open", cursor: { ...cursor(), life: "cd" } });
    expect(at).toEqual({ ...cursor({ "a/stdout": 4, "a/stderr": 9 }), life: "cd" });
    at = advanceCursor(at, { type: "open", cursor: { ...cursor(), keeper: "other" } });
    expect(at?.output).toEqual({});
  });
});

describe("a query in an address", () => {
  test.each([
    ["logs=1&names=a,b:*&lines=20", { logs: true, names: ["a", "b:*"], lines: 20 }],
    ["logs=1&names=a%2Cb&names=c", { logs: true, names: ["a,b", "c"] }],
    ["logs=1&names=a%2Cb&names=", { logs: true, names: ["a,b"] }],
    ["events=1&follow=0", { events: true, follow: false }],
    ["", {}],
    ["lines=-1", "lines has to be a whole number from 0"],
    ["logs=yes", "logs is 0 or 1"],
    ["name=a", 'there is no parameter "name"'],
    ["since=x", 'there is no parameter "since"'],
    ["constructor=x", 'there is no parameter "constructor"'],
  ])("%s", (text, expected) => expect(readStreamQuery(new URLSearchParams(text))).toEqual(expected));
});

describe("the check of arguments", () => {
  const schemas = {
    ...Object.fromEntries(Object.entries(apiCalls).map(([name, call]) => [name, call.arguments])),
    stream: streamQuery,
  };
  const names = Object.keys(schemas) as (ApiName | "stream")[];

  test("says what the schemas say, for anything", () => {
    const value = fc.oneof(
      fc.constantFrom(
        true,
        false,
        null,
        0,
        1,
        -1,
        1.5,
        2 ** 60,
        "",
        "web",
        [],
        ["web"],
        ["web", 1],
        {},
        cursor(),
        cursor({ "a/stdout": 1 }),
      ),
      fc.constantFrom({ ...cursor(), more: 1 }, { ...cursor(), event: "1" }, cursor({ a: -1 }), { life: "x" }),
      fc.jsonValue(),
    );
    const keys = fc.constantFrom(
      "names",
      "wait",
      "noDeps",
      "signal",
      "seconds",
      "logs",
      "lines",
      "since",
      "x",
      "constructor",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.dictionary(keys, value, { maxKeys: 3, noNullPrototype: true }),
        (name, args) => {
          expect(checkArguments(name, args) === null).toBe(
            (schemas as Record<string, ZodType>)[name]?.safeParse(args).success,
          );
        },
      ),
      { numRuns: 5000 },
    );
  });

  test("names what is wrong", () => {
    expect(checkArguments("stop", { name: ["web"] })).toBe('stop has no argument "name"');
    expect(checkArguments("stop", { names: "web" })).toBe("names has to be a list of texts");
    expect(checkArguments("signal", {})).toBe("signal needs the argument signal");
  });
});
