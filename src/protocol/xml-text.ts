/**
 * Characters that XML 1.0 cannot hold in any form: most control characters, U+FFFE, U+FFFF and lone surrogates. Logs are
 * full of them (colours begin with ESC), and Supervisor writes them raw, which makes strict clients throw.
 */
const ILLEGAL =
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Puts U+FFFD in the place of every character that XML 1.0 forbids. */
export function replaceIllegal(text: string): string {
  return text.replace(ILLEGAL, "\ufffd");
}

/**
 * Text as element content. Quotes stay, as Supervisor leaves them. A carriage return is written as a reference, because
 * a parser turns a raw one into a line feed and log text would not survive the journey.
 */
export function escapeXml(text: string): string {
  return replaceIllegal(text).replace(/[&<>\r]/g, (character) => REFERENCES.get(character) ?? character);
}

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ["\r", "&#13;"],
]);
