import { readShaped, shapeOf, type StructShape } from "./struct-shape.ts";
import { decodeScalar } from "./xml-rpc-scalar.ts";
import { resolveReferences } from "./xml-references.ts";
import type { Decoded } from "./xml-rpc-value.ts";

/*
 * Reads the XML that clients and servers of XML-RPC write: tags without attributes, the usual types, text with references. A
 * tenth of the work of a parser for all of XML, which is most of what a short command would do, and of what a long request
 * costs. `null` for anything else, however sound: the caller asks the parser then. What it accepts, the parser reads in the
 * same way.
 */

/** Values in one document. */
export const MAX_ENTRIES = 100_000;

/** What a plain `<methodResponse>` says: a value, or the struct of a fault. */
export interface Scanned {
  readonly fault: boolean;
  readonly value: Decoded;
}

/** @param text without characters that XML forbids. */
export function scanResponse(text: string): Scanned | null {
  return scanned(text, (scanner) => scanner.response());
}

/** What a plain `<methodCall>` says. */
export interface ScannedCall {
  readonly ok: true;
  readonly method: string;
  readonly params: readonly Decoded[];
}

export function scanRequest(text: string): ScannedCall | null {
  return FORBIDDEN.test(text) ? null : scanned(text, (scanner) => scanner.request());
}

/** What UTF-8 can hold and XML cannot. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

function scanned<Result>(text: string, read: (scanner: Scanner) => Result): Result | null {
  // Comments and CDATA are for the parser to understand.
  if (text.includes("<!") || text.includes("]]>")) return null;
  try {
    // XML knows one end of a line (section 2.11).
    return read(new Scanner(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text));
  } catch {
    // Not the plain form, or no value: the parser says what is wrong.
    return null;
  }
}

const UNUSUAL = new Error("not the plain form");
const MAX_DEPTH = 32;
/** Where structs differ, learning the shape of each is of no use. */
const MAX_SHAPES = 4;
/** Elements that hold text only. */
const SCALARS = ["string", "int", "i4", "boolean", "double", "base64"].map(
  (name) => [name, `<${name}>`, `</${name}>`] as const,
);

/** A member of a simple type and without references. */
const PLAIN_MEMBER =
  /[ \n\t]*<member>[ \n\t]*<name>([^<&]*)<\/name>[ \n\t]*<value><(string|int|i4|boolean)>([^<&]*)<\/\2><\/value>[ \n\t]*<\/member>/y;

class Scanner {
  readonly #text: string;
  #at = 0;
  #entries = 0;
  /** Of the last struct that was plain. */
  #shape: StructShape | null = null;
  #shapes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  response(): Scanned {
    this.#begin("<methodResponse>");
    const fault = this.#skip("<fault>");
    if (!fault) {
      this.#expect("<params>");
      this.#expect("<param>");
    }
    this.#expect("<value>");
    const value = this.#value(0);
    if (fault) this.#expect("</fault>");
    else {
      this.#expect("</param>");
      this.#expect("</params>");
    }
    this.#finish("</methodResponse>");
    return { fault, value };
  }

  request(): ScannedCall {
    this.#begin("<methodCall>");
    this.#expect("<methodName>");
    const method = this.#closed("</methodName>");
    if (method === "") throw UNUSUAL;
    const params: Decoded[] = [];
    if (this.#skip("<params>")) {
      while (this.#skip("<param>")) {
        params.push(this.#expectValue(0));
        this.#expect("</param>");
      }
      this.#expect("</params>");
    } else this.#skip("<params/>");
    this.#finish("</methodCall>");
    return { ok: true, method, params };
  }

  #begin(root: string): void {
    const declaration = /^<\?xml version=(['"])1\.0\1(?: encoding=(['"])[uU][tT][fF]-8\2)?[ \n\t]*\?>/.exec(this.#text);
    this.#at = declaration?.[0].length ?? 0;
    this.#expect(root);
  }

  #finish(root: string): void {
    this.#expect(root);
    this.#blanks();
    if (this.#at !== this.#text.length) throw UNUSUAL;
  }

  #expectValue(depth: number): Decoded {
    const value = this.#skipValue(depth);
    if (value === undefined) throw UNUSUAL;
    return value;
  }

  #skipValue(depth: number): Decoded | undefined {
    if (this.#skip("<value>")) return this.#value(depth);
    return this.#take("<value/>") ? this.#counted("") : undefined;
  }

  /** What stands after `<value>`, up to and with its end. */
  #value(depth: number): Decoded {
    if (depth > MAX_DEPTH) throw UNUSUAL;
    this.#count(1);
    const start = this.#at;
    this.#blanks();
    if (this.#isAt("</value>")) this.#at = start;
    const value = this.#text[this.#at] === "<" && !this.#isAt("</value>") ? this.#typed(depth) : this.#plain(start);
    this.#expect("</value>");
    return value;
  }

  #plain(start: number): string {
    this.#at = start;
    return this.#characters();
  }

  /** The parser counts the same, and refuses. */
  #count(values: number): void {
    this.#entries += values;
    if (this.#entries > MAX_ENTRIES) throw UNUSUAL;
  }

  #counted<Value>(value: Value): Value {
    this.#count(1);
    return value;
  }

  #typed(depth: number): Decoded {
    for (const [name, start, end] of SCALARS) if (this.#take(start)) return decodeScalar(name, this.#closed(end));
    if (this.#take("<array>")) return this.#array(depth);
    if (this.#take("<struct>")) return this.#struct(depth);
    if (this.#take("<string/>")) return "";
    if (this.#take("<nil/>")) return null;
    throw UNUSUAL;
  }

  #array(depth: number): Decoded {
    const items: Decoded[] = [];
    this.#expect("<data>");
    for (let item = this.#skipValue(depth + 1); item !== undefined; item = this.#skipValue(depth + 1)) items.push(item);
    this.#expect("</data>");
    this.#expect("</array>");
    return items;
  }

  #struct(depth: number): Decoded {
    const from = this.#at;
    const same = this.#shape && readShaped(this.#text, from, this.#shape);
    if (this.#shape && same) {
      this.#at = same.end;
      this.#count(this.#shape.fields.length);
      return same.members;
    }
    const members = new Map<string, Decoded>();
    this.#plainMembers(members);
    const plain = this.#skip("</struct>");
    if (!plain) this.#members(members, depth);
    else if (members.size > 0 && this.#shapes++ < MAX_SHAPES) this.#shape = shapeOf(this.#text.slice(from, this.#at));
    return members;
  }

  /** The rest of a struct whose members are not all plain. */
  #members(members: Map<string, Decoded>, depth: number): void {
    for (; this.#skip("<member>"); this.#plainMembers(members)) {
      this.#expect("<name>");
      const name = this.#closed("</name>");
      members.set(name, this.#expectValue(depth + 1));
      this.#expect("</member>");
    }
    this.#expect("</struct>");
  }

  /** By one expression for each: a list of processes is thousands of them, in a program too young to be optimised. */
  #plainMembers(members: Map<string, Decoded>): void {
    for (;;) {
      PLAIN_MEMBER.lastIndex = this.#at;
      const match = PLAIN_MEMBER.exec(this.#text);
      if (match === null) return;
      const [whole, name = "", type = "", text = ""] = match;
      members.set(name, this.#counted(decodeScalar(type, text)));
      this.#at += whole.length;
    }
  }

  #closed(end: string): string {
    const text = this.#characters();
    if (!this.#take(end)) throw UNUSUAL;
    return text;
  }

  #characters(): string {
    const end = this.#text.indexOf("<", this.#at);
    if (end === -1) throw UNUSUAL;
    const raw = this.#text.slice(this.#at, end);
    this.#at = end;
    return raw.includes("&") ? resolveReferences(raw) : raw;
  }

  /** Blanks and then this tag, or it is not plain. */
  #expect(tag: string): void {
    if (!this.#skip(tag)) throw UNUSUAL;
  }

  #skip(tag: string): boolean {
    this.#blanks();
    return this.#take(tag);
  }

  #take(tag: string): boolean {
    if (!this.#isAt(tag)) return false;
    this.#at += tag.length;
    return true;
  }

  #isAt(tag: string): boolean {
    return this.#text.startsWith(tag, this.#at);
  }

  #blanks(): void {
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 9) return;
      this.#at++;
    }
  }
}
