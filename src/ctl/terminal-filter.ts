/**
 * Text from programs, made harmless for a terminal: colours (SGR) pass, every other escape sequence, control character and
 * bidirectional override is dropped. A program could otherwise retitle the window, type for the user or hide lines.
 *
 * Output arrives in chunks that may end inside a sequence, so an unfinished one at the end is held back for the next chunk.
 */
export class TerminalFilter {
  #held = "";

  /** What may be shown of the next chunk. */
  write(chunk: string): string {
    const text = this.#held + chunk;
    const unfinished = UNFINISHED.exec(text);
    // A sequence that never ends must not hold back output for ever.
    const cut = unfinished !== null && text.length - unfinished.index <= LONGEST_HELD ? unfinished.index : text.length;
    this.#held = text.slice(cut);
    return neutralise(text.slice(0, cut));
  }
}

/**
 * Drops everything that could act on a terminal, except colours, tabs and newlines. A string sequence that nobody ends is over
 * with its line: it must not hide the lines after it.
 */
export function neutralise(text: string): string {
  return text.replace(ESCAPES, (match) => (SGR.test(match) ? match : ""));
}

const LONGEST_HELD = 4096;
const SGR = /^\x1b\[[0-9;:]*m$/;

const ESCAPES = new RegExp(
  [
    "\\x1b\\[[0-?]*[ -/]*[@-~]?", // CSI; SGR is one of them
    "\\x1b[\\]PX^_][^\\n\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?", // OSC, DCS, SOS, PM, APC with their text
    "\\x1b[ -/]*[0-~]?", // two-character escapes, and a lone ESC
    "\\x9b[0-?]*[ -/]*[@-~]?", // C1 CSI
    "[\\x90\\x98\\x9d-\\x9f][^\\n\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?", // C1 string sequences
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]", // lone controls, bidi
  ].join("|"),
  "g",
);

const UNFINISHED = new RegExp(
  [
    "\\x1b(?:\\[[0-?]*[ -/]*|[ -/]*|[\\]PX^_][^\\n\\x07\\x1b\\x9c]*\\x1b?)?$",
    "\\x9b[0-?]*[ -/]*$",
    "[\\x90\\x98\\x9d-\\x9f][^\\n\\x07\\x1b\\x9c]*\\x1b?$",
  ].join("|"),
);
