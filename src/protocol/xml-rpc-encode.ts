import { Utf8Text } from "./utf8-text.ts";
import { escapeXml } from "./xml-text.ts";
import type { Encodable } from "./xml-rpc-value.ts";

/*
 * Writes XML-RPC documents in the exact layout of Supervisor (which is that of Python's xmlrpc.client): single quotes in
 * the declaration, a newline after each tag group and at the end. Old clients match on that text, so it is part of the
 * contract. Documents are strings; whoever sends them counts bytes, not characters, for Content-Length.
 */

/** A `<methodResponse>` with one value. Arrays and structs that are frozen must be so throughout: their text is kept. */
export function encodeResponse(value: Encodable): string {
  return responseParts(value).map(textOf).join("");
}

/** A document whose long texts are not written yet; there are no two strings in a row. */
export type Parts = readonly (string | Utf8Text)[];

/** The document of `encodeResponse`: one string if there is no long text in it. */
export function responseParts(value: Encodable): Parts {
  const out: Out = [DECLARATION, "<methodResponse>\n<params>\n<param>\n"];
  writeValue(value, out);
  out.push("</param>\n</params>\n</methodResponse>\n");
  const parts: (string | Utf8Text)[] = [];
  let from = 0;
  for (const [at, part] of out.entries()) {
    if (typeof part === "string") continue;
    parts.push(out.slice(from, at).join(""), part);
    from = at + 1;
  }
  parts.push(out.slice(from).join(""));
  return parts;
}

/** The document in pieces that take a millisecond or so each to make. */
export function* piecesOf(parts: Parts): Generator<string> {
  for (const part of parts) {
    if (typeof part === "string") yield part;
    else for (const piece of part.pieces()) yield escapeXml(piece);
  }
}

function textOf(part: string | Utf8Text): string {
  return typeof part === "string" ? part : escapeXml(part.toString());
}

type Out = (string | Utf8Text)[];

/** A `<methodResponse>` with a fault. `faultString` is `NAME` or `NAME: detail`. */
export function encodeFault(faultCode: number, faultString: string): string {
  const out: Out = [DECLARATION, "<methodResponse>\n<fault>\n"];
  writeValue({ faultCode, faultString }, out);
  out.push("</fault>\n</methodResponse>\n");
  return out.map(textOf).join("");
}

/** A `<methodCall>`. */
export function encodeRequest(method: string, params: readonly Encodable[]): string {
  const out: Out = [DECLARATION, `<methodCall>\n<methodName>${escapeXml(method)}</methodName>\n<params>\n`];
  for (const param of params) {
    out.push("<param>\n");
    writeValue(param, out);
    out.push("</param>\n");
  }
  out.push("</params>\n</methodCall>\n");
  return out.map(textOf).join("");
}

const DECLARATION = "<?xml version='1.0'?>\n";

function writeValue(value: Encodable, out: Out): void {
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
      if (value instanceof Utf8Text) out.push("<value><string>", value, "</string></value>\n");
      else if (Object.isFrozen(value) && !(value instanceof Map)) out.push(textOfFrozen(value));
      else writeObject(value, out);
      return;
  }
}

/** What was frozen, with all in it, never becomes anything else: it is written once, however often it is sent. */
const written = new WeakMap<object, string>();

function textOfFrozen(value: Exclude<Encodable & object, Utf8Text>): string {
  const known = written.get(value);
  if (known !== undefined) return known;
  const out: Out = [];
  writeObject(value, out);
  const text = out.map(textOf).join("");
  written.set(value, text);
  return text;
}

function writeObject(value: Exclude<Encodable & object, Utf8Text>, out: Out): void {
  if (Array.isArray(value)) writeArray(value, out);
  else writeStruct(value as Exclude<typeof value, readonly Encodable[]>, out);
}

/** Beyond 31 bits the answer is clamped: `<int>` has no more, and Supervisor answers HTTP 500 there. */
function number(value: number): string {
  if (Number.isInteger(value)) return `<int>${Math.min(2147483647, Math.max(-2147483648, value))}</int>`;
  return Number.isFinite(value) ? `<double>${value}</double>` : "<int>0</int>";
}

function writeArray(items: readonly Encodable[], out: Out): void {
  out.push("<value><array><data>\n");
  for (const item of items) writeValue(item, out);
  out.push("</data></array></value>\n");
}

function writeStruct(
  struct: ReadonlyMap<string, Encodable> | { readonly [member: string]: Encodable },
  out: Out,
): void {
  out.push("<value><struct>\n");
  for (const [name, member] of struct instanceof Map ? struct : Object.entries(struct)) {
    out.push(`<member>\n<name>${escapeXml(name)}</name>\n`);
    writeValue(member, out);
    out.push("</member>\n");
  }
  out.push("</struct></value>\n");
}
