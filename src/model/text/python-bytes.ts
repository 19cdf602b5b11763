/**
 * Bytes as a text for people and payloads: what they say in UTF-8 or, if they are not UTF-8, how Python shows them, behind
 * a word that says so.
 */
export function textOrRepr(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `Undecodable: ${bytesRepr(bytes)}`;
  }
}

/** Bytes as Python's `repr` shows them: `b'caf\xe9'`. */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = bytes.includes(SINGLE) && !bytes.includes(DOUBLE) ? '"' : "'";
  let body = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === quote || character === "\\") body += `\\${character}`;
    else if (character === "\n") body += "\\n";
    else if (character === "\r") body += "\\r";
    else if (character === "\t") body += "\\t";
    else if (byte < 0x20 || byte > 0x7e) body += `\\x${byte.toString(16).padStart(2, "0")}`;
    else body += character;
  }
  return `b${quote}${body}${quote}`;
}

const SINGLE = 0x27;
const DOUBLE = 0x22;
