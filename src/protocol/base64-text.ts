/**
 * The text that base64 stands for: bytes that must be UTF-8. Characters outside the alphabet are skipped, since senders wrap
 * their lines.
 *
 * @throws Error if the padding is wrong or the bytes are not UTF-8.
 */
export function decodeBase64(text: string): string {
  const letters = text.replace(/[^A-Za-z0-9+/=]/g, "");
  if (letters.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(letters)) throw new Error("bad base64");
  const digits = letters.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < digits.length; index++) {
    bits = ((bits << 6) | (VALUES[digits.charCodeAt(index)] ?? 0)) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 0xff;
    }
  }
  return STRICT.decode(bytes);
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** By character code. */
const VALUES = new Uint8Array(128);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
