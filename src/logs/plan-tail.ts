/** A log file as it was when it was looked at. */
export interface LogPart {
  readonly path: string;
  /** Bytes of it that count. */
  readonly size: number;
}

/** Bytes `from` (inclusive) to `to` (exclusive) of a file. */
export interface LogRange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** Bytes that are looked at in one step; the reader may do something else in between. */
export const TAIL_BLOCK = 65_536;

/**
 * Finds the last `lines` lines of a log that may lie in several files (`parts`, newest first), backwards in blocks. It does
 * not read: each block it wants is yielded and its bytes are passed to `next`. Returns the ranges to show, oldest first.
 *
 * The files count as one text: a line that was cut in two by a rotation is one line. An unfinished last line counts.
 */
export function* planTail(parts: readonly LogPart[], lines: number): Generator<LogRange, LogRange[], Uint8Array> {
  const whole: LogRange[] = [];
  if (lines <= 0) return whole;
  let found = 0;
  // The newline that ends the text does not begin another line.
  let last = true;
  for (const { path, size } of parts) {
    for (let to = size; to > 0;) {
      const from = Math.max(0, to - TAIL_BLOCK);
      const bytes = yield { path, from, to };
      for (let index = bytes.lastIndexOf(NEWLINE); index >= 0; index = lastNewlineBefore(bytes, index)) {
        const ends = last && from + index === to - 1;
        if (ends || ++found < lines) continue;
        const start = from + index + 1;
        return start < size ? [{ path, from: start, to: size }, ...whole] : whole;
      }
      last = false;
      to = from;
    }
    if (size > 0) whole.unshift({ path, from: 0, to: size });
  }
  return whole;
}

const NEWLINE = 10;

/** `lastIndexOf(NEWLINE, -1)` would begin at the end again. */
function lastNewlineBefore(bytes: Uint8Array, index: number): number {
  return index === 0 ? -1 : bytes.lastIndexOf(NEWLINE, index - 1);
}
