/**
 * Capture mode: a program sends a message to event listeners by printing it between two tokens.
 *
 * The scanner splits a stream into log text and captured messages, whatever the chunk borders. Like Supervisor it holds
 * back a tail that may be the beginning of a token; unlike Supervisor it holds back nothing else (so a short last line is
 * logged at once), and `end` releases the rest, which Supervisor loses. Begin inside capture and end outside are data.
 */
export class CaptureScanner {
  readonly #maxbytes: number;
  #capturing = false;
  #held: Uint8Array = EMPTY;
  #captured: Uint8Array[] = [];
  #capturedLength = 0;

  /** `maxbytes`: hard limit of one captured message; of a longer one only the last `maxbytes` bytes are kept. */
  constructor(maxbytes: number) {
    this.#maxbytes = maxbytes;
  }

  /** Takes the next chunk. The pieces may share memory with `chunk`: use them before it is overwritten. */
  push(chunk: Uint8Array): CapturePiece[] {
    const data = this.#held.length === 0 ? chunk : join(this.#held, chunk);
    const pieces: CapturePiece[] = [];
    let at = 0;
    for (;;) {
      const token = this.#capturing ? CAPTURE_END : CAPTURE_BEGIN;
      const found = indexOf(data, token, at);
      const keep = found === -1 ? data.length - prefixAtEnd(data, token, at) : found;
      if (keep > at) this.#take(data.subarray(at, keep), pieces);
      if (found === -1) {
        this.#held = new Uint8Array(data.subarray(keep));
        return pieces;
      }
      if (this.#capturing) pieces.push({ kind: "captured", bytes: this.#takeCaptured() });
      this.#capturing = !this.#capturing;
      at = found + token.length;
    }
  }

  /** The stream has ended: what was held back is log text; an unfinished message goes to the log, with its token. */
  end(): CapturePiece[] {
    const rest = this.#capturing ? [CAPTURE_BEGIN, this.#takeCaptured(), this.#held] : [this.#held];
    this.#held = EMPTY;
    this.#capturing = false;
    return rest.filter((bytes) => bytes.length > 0).map((bytes) => ({ kind: "text", bytes }));
  }

  #take(bytes: Uint8Array, pieces: CapturePiece[]): void {
    if (!this.#capturing) {
      pieces.push({ kind: "text", bytes });
      return;
    }
    // Not `slice`: that of a Buffer is the same memory, which the next read overwrites.
    this.#captured.push(new Uint8Array(bytes.subarray(Math.max(0, bytes.length - this.#maxbytes))));
    this.#capturedLength += Math.min(bytes.length, this.#maxbytes);
    // Joining on every chunk would be quadratic for many small ones: allow twice the limit, then trim.
    if (this.#capturedLength > 2 * this.#maxbytes || this.#captured.length > 1024) {
      const trimmed = this.#takeCaptured();
      this.#captured = [trimmed];
      this.#capturedLength = trimmed.length;
    }
  }

  #takeCaptured(): Uint8Array {
    const whole = new Uint8Array(this.#capturedLength);
    let at = 0;
    for (const part of this.#captured) {
      whole.set(part, at);
      at += part.length;
    }
    this.#captured = [];
    this.#capturedLength = 0;
    return whole.length <= this.#maxbytes ? whole : whole.slice(-this.#maxbytes);
  }
}

export type CapturePiece = { readonly kind: "text" | "captured"; readonly bytes: Uint8Array };

export const CAPTURE_BEGIN: Uint8Array = new TextEncoder().encode("<!--XSUPERVISOR:BEGIN-->");
export const CAPTURE_END: Uint8Array = new TextEncoder().encode("<!--XSUPERVISOR:END-->");

const EMPTY = new Uint8Array(0);

function indexOf(data: Uint8Array, token: Uint8Array, from: number): number {
  const first = token[0] ?? 0;
  for (let at = data.indexOf(first, from); at !== -1; at = data.indexOf(first, at + 1)) {
    if (at + token.length > data.length) return -1;
    let same = 1;
    while (same < token.length && data[at + same] === token[same]) same++;
    if (same === token.length) return at;
  }
  return -1;
}

/** Length of the longest tail of `data` (not before `from`) that is a beginning of `token`. */
function prefixAtEnd(data: Uint8Array, token: Uint8Array, from: number): number {
  for (let length = Math.min(token.length - 1, data.length - from); length > 0; length--) {
    const start = data.length - length;
    let same = 0;
    while (same < length && data[start + same] === token[same]) same++;
    if (same === length) return length;
  }
  return 0;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
