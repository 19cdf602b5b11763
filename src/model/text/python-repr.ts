/**
 * A text as Python's `repr` shows it: single quotes unless that would need escaping and double quotes would not; control,
 * separator, unassigned and surrogate characters escaped. Supervisor quotes values this way in nearly every message.
 */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = "";
  for (const character of text) {
    if (character === quote || character === "\\") body += `\\${character}`;
    else if (character === "\n") body += "\\n";
    else if (character === "\r") body += "\\r";
    else if (character === "\t") body += "\\t";
    else if (character !== " " && UNPRINTABLE.test(character)) body += escapeCodePoint(character);
    else body += character;
  }
  return quote + body + quote;
}

/** Like `pythonRepr`, with everything beyond ASCII escaped: Python's `ascii`, the `%a` conversion. */
export function pythonAscii(text: string): string {
  let result = "";
  for (const character of pythonRepr(text)) result += character > "\x7f" ? escapeCodePoint(character) : character;
  return result;
}

const UNPRINTABLE = /[\p{C}\p{Z}]/u;

function escapeCodePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${hex.padStart(4, "0")}`;
  return `\\U${hex.padStart(8, "0")}`;
}
