/*
 * What a document would cost a parser, found out in a hundredth of that time. XML-RPC has no attributes, and what real clients
 * send is read without the parser (xml-rpc-scan.ts), so the bounds are far from everything but attacks.
 */

/** Elements in a document; comments, processing instructions and CDATA count as such. */
export const MAX_ELEMENTS = 20_000;
/** Elements inside one another; parsers recurse. */
export const MAX_NESTING = 1000;
/** Attributes in a document. */
export const MAX_ATTRIBUTES = 1000;

/**
 * Why a document is not worth parsing; `null` if it is. What is not well-formed passes: the parser says so better. A document
 * type is refused here, so that no entity is ever declared; the same letters inside CDATA are just text.
 */
export function whyRefused(text: string): string | null {
  let elements = 0;
  let nesting = 0;
  let attributes = 0;
  let at = text.indexOf("<");
  while (at !== -1) {
    const aside = ASIDES.find(([start]) => text.startsWith(start, at));
    if (!text.startsWith("</", at) && ++elements > MAX_ELEMENTS) return `more than ${MAX_ELEMENTS} elements`;
    if (aside !== undefined) {
      at = text.indexOf(aside[1], at + aside[0].length);
    } else if (text.startsWith("<!", at)) {
      return "document type declarations are not accepted";
    } else if (text.startsWith("</", at)) {
      nesting--;
    } else {
      const tag = readTag(text, at + 1);
      attributes += tag.attributes;
      if (attributes > MAX_ATTRIBUTES) return `more than ${MAX_ATTRIBUTES} attributes`;
      if (!tag.empty && ++nesting > MAX_NESTING) return `elements nested deeper than ${MAX_NESTING}`;
      at = tag.end;
    }
    if (at !== -1) at = text.indexOf("<", at + 1);
  }
  return null;
}

/** What is no element, and how it ends. */
const ASIDES: readonly (readonly [string, string])[] = [
  ["<?", "?>"],
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
];

/** Characters of a tag outside of quotes. */
const MAX_TAG = 10_000;

interface Tag {
  /** Where its `>` is, or where counting stopped; -1 if it has no end. */
  readonly end: number;
  /** `Infinity`: as many as nobody needs. */
  readonly attributes: number;
  readonly empty: boolean;
}

const [DOUBLE, SINGLE, GREATER, SLASH] = [34, 39, 62, 47];

function readTag(text: string, from: number): Tag {
  let attributes = 0;
  let length = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === GREATER) return { end: at, attributes, empty: text.charCodeAt(at - 1) === SLASH };
    if (++length > MAX_TAG) return { end: at, attributes: Infinity, empty: false };
    if (code !== DOUBLE && code !== SINGLE) continue;
    attributes++;
    at = text.indexOf(code === DOUBLE ? '"' : "'", at + 1);
    if (at === -1) break;
  }
  return { end: -1, attributes, empty: false };
}
