export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      /** Python's words. Its position is that in the file; Supervisor's counts anew every 8 KiB. */
      readonly message: string;
      /** From 1. */
      readonly line: number;
      readonly column: number;
    };

/** Text of the bytes of a file, a byte order mark included. Supervisor refuses a file that is not UTF-8, and so does this. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const { start, length, reason } = firstFault(bytes);
    const shown = `0x${(bytes[start] ?? 0).toString(16)} in position ${start}`;
    const where = length === 1 ? `byte ${shown}` : `bytes in position ${start}-${start + length - 1}`;
    const line = bytes.subarray(0, start).filter((byte) => byte === NEWLINE).length + 1;
    const before = bytes.subarray(bytes.subarray(0, start).lastIndexOf(NEWLINE) + 1, start);
    const column = new TextDecoder().decode(before).length + 1;
    return { ok: false, message: `'utf-8' codec can't decode ${where}: ${reason}`, line, column };
  }
}

const NEWLINE = 0x0a;

/** What may follow a first byte, and how many bytes that makes; the ranges leave out what could be written shorter. */
const SEQUENCES: readonly (readonly [first: number, last: number, length: number, low: number, high: number])[] = [
  [0x00, 0x7f, 1, 0, 0],
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

function firstFault(bytes: Uint8Array): { start: number; length: number; reason: string } {
  let start = 0;
  while (start < bytes.length) {
    const byte = bytes[start] ?? 0;
    const sequence = SEQUENCES.find(([first, last]) => byte >= first && byte <= last);
    if (sequence === undefined) return { start, length: 1, reason: "invalid start byte" };
    const [, , whole, low, high] = sequence;
    for (let length = 1; length < whole; length += 1) {
      const next = bytes[start + length];
      if (next === undefined) return { start, length, reason: "unexpected end of data" };
      const [least, most] = length === 1 ? [low, high] : [0x80, 0xbf];
      if (next < least || next > most) return { start, length, reason: "invalid continuation byte" };
    }
    start += whole;
  }
  throw new Error("these bytes are UTF-8");
}
