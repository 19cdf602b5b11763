import { pythonFloat } from "../model/text/python-float.ts";
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
      if (!DATE_TIME.test(text)) throw new Malformed("bad dateTime.iso8601");
      return { dateTime: text };
    case "base64":
      return decodeBase64(text);
    case "string":
      return text;
    default:
      // <i8> and whatever else: the text, untrimmed. Numeric parameters convert it later. Where there is none, as in <nil/>, None.
      return text === "" ? null : text;
  }
}

const DATE_TIME = /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** What Python's int() takes: blanks around, a sign, underscores between digits. */
export const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

const PLAIN_INTEGER = /^\d{1,15}$/;

/** Digits of the longest number that Python's int() reads. */
const MOST_DIGITS = 4300;

function decodeInteger(text: string): Decoded {
  if (PLAIN_INTEGER.test(text)) return Number(text);
  if (!INTEGER.test(text)) throw new Malformed("bad integer");
  const digits = text.trim().replaceAll(/[+_]/g, "");
  if (digits.replace("-", "").length > MOST_DIGITS) throw new Malformed("an integer that is too long");
  return asShown(Number(digits), String(BigInt(digits)));
}

/** What Python's float() takes, underscores between digits among it. */
const DOUBLE = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;

function decodeDouble(text: string): Decoded {
  const word = text.trim();
  if (DOUBLE.test(word)) {
    const number = Number(word.replaceAll("_", ""));
    return asShown(number, pythonFloat(number));
  }
  if (/^[+-]?inf(?:inity)?$/i.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(word)) return NaN;
  throw new Malformed("bad double");
}

/** A number by itself where Python and JavaScript show it alike, which is nearly always. */
function asShown(number: number, text: string): Decoded {
  return String(number) === text ? number : { number, text };
}
