import { expect, test } from "vitest";
import {
  encodeMessage,
  encodePieces,
  FRAME_CAP,
  FRAME_OF_PIECES,
  FrameError,
  FrameReader,
  type Message,
} from "../../src/protocol/frames.ts";

function wire(...messages: Message[]): Uint8Array {
  return new Uint8Array(Buffer.concat(messages.flatMap((message) => encodeMessage(message))));
}

const small: Message[] = [
  { json: { op: "hello", text: "ü€\n" }, bytes: null },
  { json: null, bytes: new Uint8Array(0) },
  { json: [1, 2], bytes: Uint8Array.of(0, 255, 10) },
];

test("messages arrive whole wherever the stream is cut", () => {
  const bytes = wire(...small);
  for (let step = 1; step <= bytes.length; step++) {
    const reader = new FrameReader();
    const got: Message[] = [];
    for (let at = 0; at < bytes.length; at += step) got.push(...reader.push(bytes.slice(at, at + step)));
    expect(got).toEqual(small);
  }
});

test("a message longer than a frame is split and joined", () => {
  const long: Message = { json: "x".repeat(3 * FRAME_CAP), bytes: null };
  const raw: Message = { json: 1, bytes: new Uint8Array(2 * FRAME_CAP).fill(7) };
  expect(encodeMessage(long).every((frame) => frame.length <= FRAME_CAP + 4)).toBe(true);
  const [first, second] = new FrameReader().push(wire(long, raw));
  expect(first?.json === long.json).toBe(true);
  expect(Buffer.compare(second?.bytes ?? new Uint8Array(0), raw.bytes ?? new Uint8Array(0))).toBe(0);
});

test.each([
  ["nothing but little pieces", ["[1", ",2", ",3]"]],
  ["one as long as a frame", ['"', "x".repeat(FRAME_OF_PIECES), '"']],
  ["one longer than any frame, of characters of several bytes", ['["', "ü€".repeat(FRAME_CAP), '"]']],
  ["many", ["[", ...Array.from({ length: 9000 }, (_, at) => `"${at} ${"y".repeat(40)}",`), "0]"]],
])("a text in pieces arrives as one message: %s", (_, pieces) => {
  const frames = [...encodePieces(pieces)];
  expect(frames.every((frame) => frame.length <= FRAME_CAP + 4)).toBe(true);
  const next: Message = { json: "next", bytes: null };
  const got = new FrameReader().push(new Uint8Array(Buffer.concat([...frames, wire(next)])));
  expect(got).toHaveLength(2);
  expect(JSON.stringify(got[0]?.json) === JSON.stringify(JSON.parse(pieces.join("")))).toBe(true);
  expect(got[1]).toEqual(next);
});

test("a long frame that comes a few bytes at a time is not copied anew with each of them", () => {
  const bytes = wire({ json: "x".repeat(FRAME_CAP - 10), bytes: null });
  const reader = new FrameReader();
  const got: Message[] = [];
  // Joined each time, this would be a hundred gigabytes.
  for (let at = 0; at < bytes.length; at += 5) got.push(...reader.push(bytes.subarray(at, at + 5)));
  expect(got).toHaveLength(1);
});

test("a frame of a text in pieces is made when it is asked for", () => {
  let taken = 0;
  const frames = encodePieces(
    (function* () {
      for (; ; taken++) yield "z".repeat(1000);
    })(),
  );
  frames.next();
  expect(taken).toBeLessThan(FRAME_OF_PIECES / 1000 + 1);
});

test.each([
  ["no length", [0, 0, 0, 0]],
  ["too long", [0, 16, 0, 1, 1]],
  ["unknown kind", [0, 0, 0, 2, 9, 0]],
  ["not JSON", [0, 0, 0, 2, 1, 0x7b]],
  ["not UTF-8", [0, 0, 0, 4, 1, 0x22, 0xff, 0x22]],
  ["a header beyond the end", [0, 0, 0, 4, 2, 0, 9, 0x31]],
])("%s is refused", (_, bytes) => {
  expect(() => new FrameReader().push(Uint8Array.from(bytes))).toThrow(FrameError);
});

test("a message beyond the reader's cap is refused before it is put together", () => {
  const reader = new FrameReader(1000);
  expect(() => reader.push(wire({ json: "x".repeat(1000), bytes: null }))).toThrow(FrameError);
});
