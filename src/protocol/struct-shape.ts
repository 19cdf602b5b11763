import { decodeScalar } from "./xml-rpc-scalar.ts";
import type { Decoded } from "./xml-rpc-value.ts";

/** What stands around the values of a struct whose members are simple values in plain text. */
export interface StructShape {
  readonly fields: readonly Field[];
  /** From the end of the last value on, up to and with the end of the struct. */
  readonly after: string;
}

interface Field {
  readonly name: string;
  readonly type: string;
  /** From the end of the value before, up to and with the tag of this one's type. */
  readonly before: string;
}

const VALUE = /<(string|int|i4|boolean)>[^<&]*(?=<\/\1>)/g;

/**
 * The shape of a struct that has been read, so that those after it are read by comparing: the answer to `getAllProcessInfo` is the same
 * members in the same order a hundred times, in a program too young to be optimised.
 *
 * @param text from after `<struct>` up to and with `</struct>`, with plain members only.
 */
export function shapeOf(text: string): StructShape {
  const fields: Field[] = [];
  let at = 0;
  for (const value of text.matchAll(VALUE)) {
    const [whole, type = ""] = value;
    const before = text.slice(at, value.index + type.length + 2);
    const name = before.slice(before.indexOf("<name>") + 6, before.indexOf("</name>"));
    fields.push({ name, type, before });
    at = value.index + whole.length;
  }
  return { fields, after: text.slice(at) };
}

/**
 * Reads a struct of that shape.
 *
 * @param at after `<struct>`.
 * @returns its members and where it ends, or `null` if it has another shape or a reference in it.
 * @throws Error where a number is none.
 */
export function readShaped(
  text: string,
  at: number,
  { fields, after }: StructShape,
): { readonly members: ReadonlyMap<string, Decoded>; readonly end: number } | null {
  const members = new Map<string, Decoded>();
  for (const { name, type, before } of fields) {
    if (!text.startsWith(before, at)) return null;
    const start = at + before.length;
    at = text.indexOf("<", start);
    const raw = text.slice(start, at);
    if (raw.includes("&")) return null;
    members.set(name, type === "string" ? raw : decodeScalar(type, raw));
  }
  return text.startsWith(after, at) ? { members, end: at + after.length } : null;
}
