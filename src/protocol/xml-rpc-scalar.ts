import { decodeBase64 } from "./base64-text.ts";
import type { Decoded } from "./xml-rpc-value.ts";

/** A document that is XML, but not XML-RPC as Supervisor reads it. */
export class Malformed extends Error {}

/**
 * The value of an element that holds text only, as loosely as Supervisor reads it.
 *
 * @throws Error if it is no such value.
 */
export function decodeScalar(name: string, text: string): Decoded {
  switch (name) {
    case "int":
    case "i4":
      return decodeInteger(text);
    case "boolean":
      // Only `1`: `<boolean>true</boolean>` is false, as in Supervisor.
      return text === "1";
    case "double":
      return decodeDouble(text);
    case "dateTime.iso8601":
      if (!/^\d{8}T\d\d:\d\d:\d\d$/.test(text)) throw new Malformed("bad dateTime.iso8601");
      return { dateTime: text };
    case "base64":
      return decodeBase64(text);
    case "nil":
    case "ex:nil":
      return null;
    default:
      // <string>, but also <i8> and whatever else: the text, untrimmed. Numeric parameters convert it later.
      return text;
  }
}

/** What Python's int() takes: blanks around, a sign, underscores between digits. */
export const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

const PLAIN_INTEGER = /^\d+$/;

function decodeInteger(text: string): number {
  if (PLAIN_INTEGER.test(text)) return Number(text);
  if (!INTEGER.test(text)) throw new Malformed("bad integer");
  return Number(text.replaceAll("_", ""));
}

function decodeDouble(text: string): number {
  const word = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
  if (/^[+-]?inf(?:inity)?$/i.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(word)) return NaN;
  throw new Malformed("bad double");
}
