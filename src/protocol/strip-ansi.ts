/**
 * Takes ANSI control sequences out of a stream, the way Supervisor's `strip_ansi` does: from `ESC [` up to and including
 * the next letter of a fixed list; other escapes pass. Its list is kept, because logs are compared; its flaw is not: it
 * forgets where it was at each chunk, so a sequence cut by a chunk border leaks. This one remembers.
 */
export class AnsiStripper {
  #state: "text" | "escape" | "sequence" = "text";

  /** The chunk without sequences. Without any it is the chunk itself, not a copy. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#state === "text" && !chunk.includes(ESC)) return chunk;
    // One byte more than the chunk: an ESC held back from the previous one may turn out to be text.
    const kept = new Uint8Array(chunk.length + 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.#state === "sequence") {
        if (TERMINATORS.has(byte)) this.#state = "text";
        continue;
      }
      if (this.#state === "escape") {
        if (byte === BRACKET) {
          this.#state = "sequence";
          continue;
        }
        kept[length++] = ESC;
        this.#state = "text";
      }
      if (byte === ESC) this.#state = "escape";
      else kept[length++] = byte;
    }
    return kept.subarray(0, length);
  }

  /** The stream has ended: a last lone ESC was text. */
  end(): Uint8Array {
    const rest = this.#state === "escape" ? Uint8Array.of(ESC) : new Uint8Array(0);
    this.#state = "text";
    return rest;
  }
}

/** The same of a text that is whole. */
export function stripAnsi(text: Uint8Array): Uint8Array {
  const stripper = new AnsiStripper();
  const kept = stripper.push(text);
  const rest = stripper.end();
  if (rest.length === 0) return kept;
  const whole = new Uint8Array(kept.length + rest.length);
  whole.set(kept);
  whole.set(rest, kept.length);
  return whole;
}

const ESC = 0x1b;
const BRACKET = 0x5b;
const TERMINATORS: ReadonlySet<number> = new Set(new TextEncoder().encode("HfABCDRsuJKhlpm"));
