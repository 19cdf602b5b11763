import type { Decoded } from "./xml-rpc-value.ts";

/** What a plain `<methodResponse>` says: a value, or the struct of a fault. */
export interface Scanned {
  readonly fault: boolean;
  readonly value: Decoded;
}

/**
 * Reads the XML that XML-RPC servers write: tags without attributes, the usual types, text with entities. A tenth of the work of
 * a parser for all of XML, which is most of what a short command would do. `null` for anything else, however sound: the caller
 * asks the parser then. What it accepts, the parser reads in the same way.
 */
export function scanResponse(text: string): Scanned | null {
  // Line ends are for the parser to normalise, comments and CDATA to understand.
  if (text.includes("\r") || text.includes("<!") || text.includes("]]>")) return null;
  try {
    return new Scanner(text).response();
  } catch (error) {
    if (error === UNUSUAL) return null;
    throw error;
  }
}

const UNUSUAL = new Error("not the plain form");
const MAX_DEPTH = 32;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** A member of a simple type and without entities. */
const PLAIN_MEMBER =
  /[ \n\t]*<member>[ \n\t]*<name>([^<&]*)<\/name>[ \n\t]*<value><(string|int|i4|boolean)>([^<&]*)<\/\2><\/value>[ \n\t]*<\/member>/y;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  response(): Scanned {
    const declaration = /^<\?xml version=(['"])1\.0\1(?: encoding=(['"])[uU][tT][fF]-8\2)?[ \n\t]*\?>/.exec(this.#text);
    this.#at = declaration?.[0].length ?? 0;
    this.#expect("<methodResponse>");
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
    this.#expect("</methodResponse>");
    this.#blanks();
    if (this.#at !== this.#text.length) throw UNUSUAL;
    return { fault, value };
  }

  /** What stands after `<value>`, up to and with its end. */
  #value(depth: number): Decoded {
    if (depth > MAX_DEPTH) throw UNUSUAL;
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

  #typed(depth: number): Decoded {
    if (this.#take("<string>")) return this.#closed("</string>");
    if (this.#take("<int>")) return integer(this.#closed("</int>"));
    if (this.#take("<i4>")) return integer(this.#closed("</i4>"));
    if (this.#take("<boolean>")) return this.#closed("</boolean>") === "1";
    if (this.#take("<array>")) return this.#array(depth);
    if (this.#take("<struct>")) return this.#struct(depth);
    throw UNUSUAL;
  }

  #array(depth: number): Decoded {
    const items: Decoded[] = [];
    this.#expect("<data>");
    while (this.#skip("<value>")) items.push(this.#value(depth + 1));
    this.#expect("</data>");
    this.#expect("</array>");
    return items;
  }

  #struct(depth: number): Decoded {
    const members = new Map<string, Decoded>();
    for (;;) {
      this.#plainMembers(members);
      if (!this.#skip("<member>")) break;
      this.#expect("<name>");
      const name = this.#closed("</name>");
      this.#expect("<value>");
      members.set(name, this.#value(depth + 1));
      this.#expect("</member>");
    }
    this.#expect("</struct>");
    return members;
  }

  /** By one expression for each: a list of processes is thousands of them, in a program too young to be optimised. */
  #plainMembers(members: Map<string, Decoded>): void {
    for (;;) {
      PLAIN_MEMBER.lastIndex = this.#at;
      const match = PLAIN_MEMBER.exec(this.#text);
      if (match === null) return;
      const [whole, name = "", type, text = ""] = match;
      members.set(name, type === "string" ? text : type === "boolean" ? text === "1" : integer(text));
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
    if (!raw.includes("&")) return raw;
    return raw.replace(/&([^;]*;?)/g, (_, entity: string) => {
      const character = entity.endsWith(";") ? ENTITIES[entity.slice(0, -1)] : undefined;
      if (character === undefined) throw UNUSUAL;
      return character;
    });
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
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 9) return;
      this.#at++;
    }
  }
}

function integer(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw UNUSUAL;
  return Number(text);
}
