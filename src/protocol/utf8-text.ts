/**
 * Text that is still bytes, because there may be megabytes of it: what can be read of them as UTF-8. A range of a log may begin
 * or end inside a character, and a log may be anything: what is none becomes U+FFFD.
 */
export class Utf8Text {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  toString(): string {
    return WHOLE.decode(this.#bytes);
  }

  /** The same text in pieces, none of which ends inside a character. */
  *pieces(): Generator<string> {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let at = 0; at < this.#bytes.length; at += PIECE) {
      yield decoder.decode(this.#bytes.subarray(at, at + PIECE), { stream: true });
    }
    yield decoder.decode();
  }
}

/** Bytes that are read at a time: about a millisecond of work. */
export const PIECE = 1 << 16;

const WHOLE = new TextDecoder("utf-8", { ignoreBOM: true });
