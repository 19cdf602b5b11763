/**
 * Text from programs, made harmless for a terminal: colours (SGR) pass, every other escape sequence, control character and
 * bidirectional override is dropped. A program could otherwise retitle the window, answer for the user or hide lines.
 * Pipes and files get the bytes as they are.
 */
export function safeText(text: string, stream: { readonly isTTY?: boolean }): string {
  return stream.isTTY === true ? neutralise(text) : text;
}

const ESCAPES = new RegExp(
  [
    "\\x1b\\[[0-9;:]*m", // SGR: kept
    "\\x1b\\[[0-?]*[ -/]*[@-~]?", // other CSI
    "\\x1b[\\]PX^_][^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?", // OSC, DCS, SOS, PM, APC with their text
    "\\x1b[ -/]*[0-~]?", // two-character escapes
    "\\x9b[0-?]*[ -/]*[@-~]?", // C1 CSI
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]", // lone controls, C1, bidi overrides
  ].join("|"),
  "g",
);

/** Drops everything that could act on a terminal, except colours, tabs and newlines. */
export function neutralise(text: string): string {
  return text.replace(ESCAPES, (match) => (/^\x1b\[[0-9;:]*m$/.test(match) ? match : ""));
}
