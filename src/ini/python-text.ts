/**
 * The few text rules of Python that show through in a `supervisord.conf`: what counts as a blank and what `int()`
 * reads. JavaScript's own `trim` and `Number` differ in the corners (U+FEFF, `1_000`, `0x10`).
 */

/** `str.strip()`. */
export function strip(text: string): string {
  return stripEnd(text.slice(indentOf(text)));
}

/** `str.rstrip()`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** Number of blanks a text begins with. */
export function indentOf(text: string): number {
  let start = 0;
  while (start < text.length && isSpace(text[start])) start += 1;
  return start;
}

/** `str.isspace()` of one character. */
export function isSpace(char: string | undefined): boolean {
  if (char === undefined || (char > " " && char <= "~")) return false;
  return SPACE.test(char);
}

const SPACE = /[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `int(text, base)`: blanks around, a sign and single underscores between digits are fine. `null` if it would raise. */
export function readInteger(text: string, base: 8 | 10): number | null {
  const found = (base === 8 ? OCTAL : DECIMAL).exec(asciiDigits(strip(text)));
  if (!found) return null;
  const value = Number.parseInt((found[2] ?? "").replaceAll("_", ""), base);
  return found[1] === "-" && value !== 0 ? -value : value;
}

/** Python reads the digits of every script. Each has its ten in order, one script after the other. */
function asciiDigits(text: string): string {
  return text.replaceAll(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let first = code;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  });
}

const DECIMAL = /^([+-]?)(\d+(?:_\d+)*)$/;
const OCTAL = /^([+-]?)(?:0[oO]_?)?([0-7]+(?:_[0-7]+)*)$/;
