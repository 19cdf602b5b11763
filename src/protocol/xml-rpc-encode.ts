import { escapeXml } from "./xml-text.ts";
import type { Encodable } from "./xml-rpc-value.ts";

/*
 * Writes XML-RPC documents in the exact layout of Supervisor (which is that of Python's xmlrpc.client): single quotes in
 * the declaration, a newline after each tag group and at the end. Old clients match on that text, so it is part of the
 * contract. Documents are strings; whoever sends them counts bytes, not characters, for Content-Length.
 */

/** A `<methodResponse>` with one value. Arrays and structs that are frozen must be so throughout: their text is kept. */
export function encodeResponse(value: Encodable): string {
  const out = [DECLARATION, "<methodResponse>\n<params>\n<param>\n"];
  writeValue(value, out);
  out.push("</param>\n</params>\n</methodResponse>\n");
  return out.join("");
}

/** A `<methodResponse>` with a fault. `faultString` is `NAME` or `NAME: detail`. */
export function encodeFault(faultCode: number, faultString: string): string {
  const out = [DECLARATION, "<methodResponse>\n<fault>\n"];
  writeValue({ faultCode, faultString }, out);
  out.push("</fault>\n</methodResponse>\n");
  return out.join("");
}

/** A `<methodCall>`. */
export function encodeRequest(method: string, params: readonly Encodable[]): string {
  const out = [DECLARATION, `<methodCall>\n<methodName>${escapeXml(method)}</methodName>\n<params>\n`];
  for (const param of params) {
    out.push("<param>\n");
    writeValue(param, out);
    out.push("</param>\n");
  }
  out.push("</params>\n</methodCall>\n");
  return out.join("");
}

const DECLARATION = "<?xml version='1.0'?>\n";

function writeValue(value: Encodable, out: string[]): void {
  switch (typeof value) {
    case "boolean":
      out.push(`<value><boolean>${value ? 1 : 0}</boolean></value>\n`);
      return;
    case "number":
      out.push(`<value>${number(value)}</value>\n`);
      return;
    case "string":
      out.push(`<value><string>${escapeXml(value)}</string></value>\n`);
      return;
    case "object":
      if (Object.isFrozen(value) && !(value instanceof Map)) out.push(textOfFrozen(value));
      else writeObject(value, out);
      return;
  }
}

/** What was frozen, with all in it, never becomes anything else: it is written once, however often it is sent. */
const written = new WeakMap<object, string>();

function textOfFrozen(value: Encodable & object): string {
  const known = written.get(value);
  if (known !== undefined) return known;
  const out: string[] = [];
  writeObject(value, out);
  const text = out.join("");
  written.set(value, text);
  return text;
}

function writeObject(value: Encodable & object, out: string[]): void {
  if (Array.isArray(value)) writeArray(value, out);
  else writeStruct(value as Exclude<typeof value, readonly Encodable[]>, out);
}

/** Beyond 31 bits the answer is clamped: `<int>` has no more, and Supervisor answers HTTP 500 there. */
function number(value: number): string {
  if (Number.isInteger(value)) return `<int>${Math.min(2147483647, Math.max(-2147483648, value))}</int>`;
  return Number.isFinite(value) ? `<double>${value}</double>` : "<int>0</int>";
}

function writeArray(items: readonly Encodable[], out: string[]): void {
  out.push("<value><array><data>\n");
  for (const item of items) writeValue(item, out);
  out.push("</data></array></value>\n");
}

function writeStruct(
  struct: ReadonlyMap<string, Encodable> | { readonly [member: string]: Encodable },
  out: string[],
): void {
  out.push("<value><struct>\n");
  for (const [name, member] of struct instanceof Map ? struct : Object.entries(struct)) {
    out.push(`<member>\n<name>${escapeXml(name)}</name>\n`);
    writeValue(member, out);
    out.push("</member>\n");
  }
  out.push("</struct></value>\n");
}
