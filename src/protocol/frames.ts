/**
 * Frames on the stream between keeper and supervisor.
 *
 * A frame is a 4-byte big-endian length of what follows, one kind byte, and the body. A message is one frame, or several
 * if it is long: all but the last carry the CONTINUED bit. So no reader ever waits for more than `FRAME_CAP` bytes at a
 * time, and yet a snapshot of a thousand processes fits. A message of kind `json` is UTF-8 JSON; one of kind `bytes` is a
 * 2-byte length, that much JSON, then raw bytes, so that output and stdin are never turned into text and back.
 */
export function encodeMessage(message: Message): Uint8Array[] {
  const json = JSON.stringify(message.json);
  if (message.bytes === null) {
    // As a rule it is short, and there are thousands: made in place, with room for what comes before it.
    const frame = encoder.encode(NO_HEAD + json);
    return frame.length - HEAD <= FRAME_CAP - 1 ? [withHead(frame, KIND_JSON)] : split(KIND_JSON, frame.subarray(HEAD));
  }
  const header = encoder.encode(json);
  const body = new Uint8Array(2 + header.length + message.bytes.length);
  new DataView(body.buffer).setUint16(0, header.length);
  body.set(header, 2);
  body.set(message.bytes, 2 + header.length);
  return split(KIND_BYTES, body);
}

/**
 * The frames of a message of kind `json` whose text comes in pieces: so long that nobody should hold the whole of it. A frame
 * is made when it is asked for, of `FRAME_OF_PIECES` characters or a little more.
 */
export function* encodePieces(pieces: Iterable<string>): Generator<Uint8Array> {
  let text: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    text.push(piece);
    length += piece.length;
    if (length < FRAME_OF_PIECES) continue;
    yield* split(KIND_JSON, encoder.encode(text.join("")), CONTINUED);
    text = [];
    length = 0;
  }
  yield* split(KIND_JSON, encoder.encode(text.join("")));
}

export interface Message {
  readonly json: unknown;
  readonly bytes: Uint8Array | null;
}

/** Largest frame, in bytes, without its length field. */
export const FRAME_CAP = 1024 * 1024;
/** UTF-16 units after which `encodePieces` makes a frame: little enough to be allocated where little things are. */
export const FRAME_OF_PIECES = 64 * 1024;
/** Largest message put together from frames, in bytes. */
const MESSAGE_CAP = 64 * 1024 * 1024;

/** What arrived is not a frame of this protocol. The stream cannot be trusted after this: close it. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Turns chunks of a stream, cut anywhere, into messages. Chunks may be reused by the caller after `push` returns. */
export class FrameReader {
  readonly #cap: number;
  readonly #head = new Uint8Array(4);
  #headLength = 0;
  /**
   * The frame that is arriving, kind byte and all, once its length is known. Filled in place: joining what came so far with
   * each chunk would copy a long one again and again.
   */
  #frame: Uint8Array | null = null;
  #filled = 0;
  #parts: Uint8Array[] = [];
  #partsLength = 0;

  /** `cap`: largest message accepted, in bytes. */
  constructor(cap: number = MESSAGE_CAP) {
    this.#cap = cap;
  }

  /** Throws `FrameError` on a frame or message that is too long, of an unknown kind, or not valid JSON. */
  push(chunk: Uint8Array): Message[] {
    const messages: Message[] = [];
    for (let at = 0; at < chunk.length;) {
      if (this.#frame === null) {
        this.#head[this.#headLength++] = chunk[at++] ?? 0;
        if (this.#headLength === this.#head.length) this.#frame = this.#begin();
        continue;
      }
      const part = chunk.subarray(at, at + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#frame.length) break;
      const message = this.#end(this.#frame[0] ?? 0, this.#frame.subarray(1));
      this.#frame = null;
      if (message !== null) messages.push(message);
    }
    return messages;
  }

  #begin(): Uint8Array {
    const length = new DataView(this.#head.buffer).getUint32(0);
    if (length < 1 || length > FRAME_CAP) throw new FrameError(`a frame of ${length} bytes`);
    this.#headLength = 0;
    this.#filled = 0;
    return new Uint8Array(length);
  }

  #end(kindByte: number, body: Uint8Array): Message | null {
    const kind = kindByte & ~CONTINUED;
    if (kind !== KIND_JSON && kind !== KIND_BYTES) throw new FrameError(`a frame of unknown kind ${kindByte}`);
    this.#partsLength += body.length;
    if (this.#partsLength > this.#cap) throw new FrameError(`a message of more than ${this.#cap} bytes`);
    this.#parts.push(body);
    if ((kindByte & CONTINUED) !== 0) return null;
    const parts = this.#parts;
    this.#parts = [];
    this.#partsLength = 0;
    return decode(kind, parts.length === 1 ? body : concat(parts));
  }
}

const KIND_JSON = 1;
const KIND_BYTES = 2;
const CONTINUED = 0x80;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** `more`: what the last frame says of those to come, CONTINUED or 0. */
function split(kind: number, body: Uint8Array, more = 0): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const step = FRAME_CAP - 1;
  let at = 0;
  do {
    const part = body.subarray(at, at + step);
    at += part.length;
    const frame = new Uint8Array(HEAD + part.length);
    frame.set(part, HEAD);
    frames.push(withHead(frame, kind | (at < body.length ? CONTINUED : more)));
  } while (at < body.length);
  return frames;
}

/** Length and kind, before the body that is there already. */
function withHead(frame: Uint8Array, kind: number): Uint8Array {
  const length = frame.length - 4;
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
  frame[4] = kind;
  return frame;
}

/** Bytes of a frame's length and kind. */
const HEAD = 5;
const NO_HEAD = "\0".repeat(HEAD);

function decode(kind: number, whole: Uint8Array): Message {
  if (kind === KIND_JSON) return { json: parse(whole), bytes: null };
  const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
  const length = whole.length >= 2 ? view.getUint16(0) : 0;
  if (whole.length < 2 + length) throw new FrameError("a header longer than its message");
  return { json: parse(whole.subarray(2, 2 + length)), bytes: whole.subarray(2 + length) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new FrameError("a message that is not JSON", { cause });
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
