import { parseXml, XmlElement, XmlText, type XmlNode } from "@rgrove/parse-xml";
import { resolveNamespaces } from "./xml-namespaces.ts";
import { decodeScalar, Malformed } from "./xml-rpc-scalar.ts";
import { MAX_ENTRIES, scanRequest, scanResponse } from "./xml-rpc-scan.ts";
import { replaceIllegal } from "./xml-text.ts";
import type { Decoded } from "./xml-rpc-value.ts";
import { whyRefused } from "./xml-weight.ts";

/*
 * Reads XML-RPC documents as loosely as Supervisor does, but bounded: size, depth and number of values are capped. What real
 * clients send is in a plain form that is scanned; all else is for a parser of XML, unless it would take it long. The parser
 * recurses; a RangeError from a tower of elements is caught like any other syntax error.
 */

/** Bytes. A larger request is refused unread. */
const MAX_REQUEST_BYTES = 1 << 20;
/** Arrays and structs inside one another. */
export const MAX_DEPTH = 64;

export type DecodedRequest =
  | { readonly ok: true; readonly method: string; readonly params: readonly Decoded[] }
  /** The sender gets HTTP 400. */
  | { readonly ok: false; readonly reason: string };

export type DecodedResponse =
  | { readonly kind: "value"; readonly value: Decoded }
  | { readonly kind: "fault"; readonly code: number; readonly text: string }
  | { readonly kind: "malformed"; readonly reason: string };

/** Reads a `<methodCall>` (the root's name is not checked). Never throws. */
export function decodeRequest(body: Uint8Array): DecodedRequest {
  return guarded(
    (): DecodedRequest => {
      if (body.length > MAX_REQUEST_BYTES) throw new Malformed(`body is larger than ${MAX_REQUEST_BYTES} bytes`);
      const text = STRICT.decode(body);
      return scanRequest(text) ?? parseRequest(text);
    },
    (reason) => ({ ok: false, reason }),
  );
}

/** Made once: each has memory outside of the heap. */
const STRICT = new TextDecoder("utf-8", { fatal: true });
const LENIENT = new TextDecoder("utf-8");

/** `decodeRequest` for every form of XML. @throws Error if it is none, or if it would take long. */
export function parseRequest(text: string): DecodedRequest {
  const reason = whyRefused(text);
  if (reason !== null) throw new Malformed(reason);
  const root = parseRoot(text);
  resolveNamespaces(root);
  const method = textOf(elements(root).findLast((element) => element.name === "methodName"));
  if (method === "") throw new Malformed("no methodName");
  return { ok: true, method, params: decodeParams(root) };
}

/**
 * Reads a `<methodResponse>`. Control characters that a real Supervisor leaves raw in log text become U+FFFD first; size is
 * the caller's to limit, since a log may be long. Never throws.
 */
export function decodeResponse(body: Uint8Array): DecodedResponse {
  const text = replaceIllegal(LENIENT.decode(body));
  return guarded(
    () => {
      const plain = scanResponse(text);
      return plain === null ? parseResponse(text) : asAnswer(plain.fault, plain.value);
    },
    (reason) => ({ kind: "malformed", reason }),
  );
}

/** `decodeResponse` for every form of XML. Throws if it is none. */
export function parseResponse(text: string): DecodedResponse {
  const root = parseRoot(text);
  const fault = child(root, "fault");
  const holder = fault === undefined ? child(child(root, "params"), "param") : fault;
  const value = child(holder, "value");
  if (value === undefined) throw new Malformed("neither a value nor a fault");
  return asAnswer(fault !== undefined, decodeValue(value, { entries: 0 }, 0));
}

function asAnswer(isFault: boolean, decoded: Decoded): DecodedResponse {
  if (!isFault) return { kind: "value", value: decoded };
  const [code, text] = decoded instanceof Map ? [decoded.get("faultCode"), decoded.get("faultString")] : [];
  if (typeof code !== "number" || typeof text !== "string") throw new Malformed("a fault without code and string");
  return { kind: "fault", code, text };
}

interface Count {
  entries: number;
}

function guarded<Result>(read: () => Result, refuse: (reason: string) => Result): Result {
  try {
    return read();
  } catch (error) {
    // Every kind counts: XmlError, TypeError of the text decoder, RangeError of the stack, our own Malformed.
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function parseRoot(text: string): XmlElement {
  refuseDocumentType(text);
  const { root } = parseXml(text);
  if (root === null) throw new Malformed("no root element");
  return root;
}

/** A document type can only stand before the root element; the same letters inside CDATA are just text. */
function refuseDocumentType(text: string): void {
  let at = 0;
  for (;;) {
    at = text.indexOf("<", at);
    if (at === -1) return;
    if (text.startsWith("<?", at)) at = text.indexOf("?>", at);
    else if (text.startsWith("<!--", at)) at = text.indexOf("-->", at);
    else if (text.startsWith("<!", at)) throw new Malformed("document type declarations are not accepted");
    else return;
    if (at === -1) return;
  }
}

function decodeParams(root: XmlElement): readonly Decoded[] {
  const count: Count = { entries: 0 };
  // As of the method's name, the last one counts.
  const params = elements(root).findLast((element) => element.name === "params");
  if (params === undefined) return [];
  return elements(params).map((param) => {
    const value = param.name === "param" ? child(param, "value") : undefined;
    if (value === undefined) throw new Malformed("a param without a value");
    return decodeValue(value, count, 0);
  });
}

function decodeValue(value: XmlElement, count: Count, depth: number): Decoded {
  count.entries += 1;
  if (count.entries > MAX_ENTRIES) throw new Malformed(`more than ${MAX_ENTRIES} values`);
  if (depth > MAX_DEPTH) throw new Malformed(`nested deeper than ${MAX_DEPTH}`);
  // The first element counts, whatever text or elements stand beside it.
  const [typed] = elements(value);
  return typed === undefined ? value.text : decodeTyped(typed, count, depth);
}

function decodeTyped(typed: XmlElement, count: Count, depth: number): Decoded {
  switch (typed.name) {
    case "array":
      return decodeArray(typed, count, depth);
    case "struct":
      return decodeStruct(typed, count, depth);
    default:
      return decodeScalar(typed.name, textOf(typed));
  }
}

function decodeArray(array: XmlElement, count: Count, depth: number): readonly Decoded[] {
  const data = child(array, "data");
  if (data === undefined) throw new Malformed("an array without data");
  return elements(data).map((item) => {
    if (item.name !== "value") throw new Malformed("an array item that is no value");
    return decodeValue(item, count, depth + 1);
  });
}

function decodeStruct(struct: XmlElement, count: Count, depth: number): ReadonlyMap<string, Decoded> {
  const members = new Map<string, Decoded>();
  for (const member of elements(struct)) {
    const name = child(member, "name");
    const value = child(member, "value");
    if (name === undefined || value === undefined) throw new Malformed("a member without name and value");
    members.set(textOf(name), decodeValue(value, count, depth + 1));
  }
  return members;
}

/** Text before the first element inside; comments do not interrupt it. */
function textOf(element: XmlElement | undefined): string {
  const nodes = element?.children ?? [];
  const end = nodes.findIndex(isElement);
  return (end === -1 ? nodes : nodes.slice(0, end)).map((node) => (node instanceof XmlText ? node.text : "")).join("");
}

function elements(parent: XmlElement): XmlElement[] {
  return parent.children.filter(isElement);
}

function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((node): node is XmlElement => isElement(node) && node.name === name);
}

function isElement(node: XmlNode): node is XmlElement {
  return node instanceof XmlElement;
}
