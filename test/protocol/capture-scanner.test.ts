import { expect, test } from "vitest";
import { CaptureScanner, type CapturePiece } from "../../src/protocol/capture-scanner.ts";

const BEGIN = "<!--XSUPERVISOR:BEGIN-->";
const END = "<!--XSUPERVISOR:END-->";

/** Text and messages of a stream that arrives in chunks of `step` bytes. */
function scan(stream: string, step: number, maxbytes = 1000): { text: string; captured: string[] } {
  const scanner = new CaptureScanner(maxbytes);
  const pieces: CapturePiece[] = [];
  for (let at = 0; at < stream.length; at += step) {
    pieces.push(...scanner.push(new TextEncoder().encode(stream.slice(at, at + step))));
  }
  pieces.push(...scanner.end());
  const decode = (kind: string): string[] =>
    pieces.filter((piece) => piece.kind === kind).map((piece) => new TextDecoder().decode(piece.bytes));
  return { text: decode("text").join(""), captured: decode("captured") };
}

test.each<[string, string, string, string[]]>([
  ["plain text", "short\n", "short\n", []],
  ["one message", `a${BEGIN}hello${END}b`, "ab", ["hello"]],
  ["an empty message", `${BEGIN}${END}`, "", [""]],
  ["two messages in a row", `${BEGIN}1${END}${BEGIN}2${END}`, "", ["1", "2"]],
  ["begin inside capture is data", `${BEGIN}a${BEGIN}b${END}`, "", [`a${BEGIN}b`]],
  ["end outside capture is data", `a${END}b`, `a${END}b`, []],
  [
    "false starts",
    `<<!-<!--XSUPER${BEGIN}<!--X${END}<!--XSUPERVISOR:BEGIN--`,
    "<<!-<!--XSUPER<!--XSUPERVISOR:BEGIN--",
    ["<!--X"],
  ],
  ["a message without an end goes to the log", `a${BEGIN}b`, `a${BEGIN}b`, []],
])("%s, cut at any place", (_, stream, text, captured) => {
  for (let step = 1; step <= stream.length; step++) expect(scan(stream, step)).toEqual({ text, captured });
});

test.each([1, 3, 10, 100])("a message is never longer than its limit and keeps its end (chunks of %i)", (step) => {
  const long = "0123456789".repeat(9);
  expect(scan(`${BEGIN}${long}${END}`, step, 20).captured).toEqual(["01234567890123456789"]);
  expect(scan(`${BEGIN}${long.slice(0, 20)}${END}`, step, 20).captured).toEqual(["01234567890123456789"]);
});

test("what it keeps is its own: reads go on in the same memory", () => {
  const scanner = new CaptureScanner(1000);
  const memory = Buffer.alloc(64);
  const read = (text: string): string[] =>
    scanner.push(memory.subarray(0, memory.write(text))).map(({ kind, bytes }) => `${kind} ${Buffer.from(bytes)}`);
  expect(read("x<!--XSUPER")).toEqual(["text x"]);
  expect(read("VISOR:BEGIN-->hel")).toEqual([]);
  expect(read("lo<!--XSUPERV")).toEqual([]);
  expect(read("ISOR:END-->y")).toEqual(["captured hello", "text y"]);
});
