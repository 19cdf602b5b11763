/** What a frame points at; line and column count from 1, columns in UTF-16 units as compilers report them. */
export interface FramePlace {
  readonly line: number;
  readonly column: number;
}

const CONTEXT_LINES = 2;
const MAX_WIDTH = 100;
/** Columns kept to the left of the caret when a long line is cut. */
const LEAD = 40;

/**
 * Shows the lines around a place, numbered, with a caret under the column. Empty if the place is outside of the text.
 * Safe to print: control characters of the source become visible symbols, so that a config cannot drive the terminal.
 */
export function codeFrame(source: string, place: FramePlace): string {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/);
  if (place.line < 1 || place.line > lines.length) return "";
  const first = Math.max(1, place.line - CONTEXT_LINES);
  const last = Math.min(lines.length, place.line + CONTEXT_LINES);
  const gutter = String(last).length;
  // All lines are cut at the same column, so that what stands above one another in the file does so here.
  const from = cutFrom(lines[place.line - 1] ?? "", place.column);
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const line = lines[number - 1] ?? "";
    // One that ends before the window would come out empty, as if it were so in the file.
    const text = window(line, number !== place.line && line.trimEnd().length <= from ? 0 : from);
    const mark = number === place.line ? ">" : " ";
    out.push(`${mark} ${String(number).padStart(gutter)} | ${text}`.trimEnd());
    if (number === place.line)
      out.push(`  ${" ".repeat(gutter)} | ${caretIndent(lines[number - 1] ?? "", place, from)}^`);
  }
  return out.join("\n");
}

function cutFrom(line: string, column: number): number {
  if (line.length <= MAX_WIDTH || column <= MAX_WIDTH - 10) return 0;
  return Math.min(column, line.length) - LEAD;
}

function window(line: string, from: number): string {
  const part = line.slice(from, from + MAX_WIDTH);
  const head = from > 0 && line.length > from ? "…" : "";
  const tail = line.length > from + MAX_WIDTH ? "…" : "";
  return head + madeVisible(part) + tail;
}

function caretIndent(line: string, place: FramePlace, from: number): string {
  const column = Math.min(Math.max(place.column, 1), line.length + 1) - 1;
  return " ".repeat((from > 0 ? 1 : 0) + displayWidth(madeVisible(line.slice(from, column))));
}

/**
 * Makes text harmless for a terminal: C0 and C1 controls, DEL and bidirectional overrides become visible stand-ins.
 * Tabs become two spaces, so that a caret stays aligned.
 */
export function madeVisible(text: string): string {
  return text
    .replaceAll("\t", "  ")
    .replaceAll(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replaceAll("\u007f", "\u2421")
    .replaceAll(/[\u0080-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** East Asian wide characters and emoji take two terminal cells, combining marks none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/\p{Mn}|\u200d|\ufe0f/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return width;
}
