const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * Text with its references replaced by the characters they stand for.
 *
 * @throws Error for one that is none, that nobody declared, or that stands for no character of XML.
 */
export function resolveReferences(raw: string): string {
  let text = "";
  let from = 0;
  for (let at = raw.indexOf("&"); at !== -1; at = raw.indexOf("&", from)) {
    const end = raw.indexOf(";", at);
    if (end === -1 || end - at > LONGEST_REFERENCE) throw new Error("no reference");
    text += raw.slice(from, at) + characterOf(raw.slice(at + 1, end));
    from = end + 1;
  }
  return text + raw.slice(from);
}

const LONGEST_REFERENCE = "&#1114111".length;

/** @param reference what stands between `&` and `;`. */
function characterOf(reference: string): string {
  const character = ENTITIES.get(reference);
  if (character !== undefined) return character;
  const code = /^#(?:(\d+)|x([\da-fA-F]+))$/.exec(reference);
  if (code === null) throw new Error("no reference");
  const point = code[1] === undefined ? Number.parseInt(code[2] ?? "", 16) : Number(code[1]);
  if (!isCharacter(point)) throw new Error("no reference");
  return String.fromCodePoint(point);
}

/** What XML 1.0 calls Char. */
function isCharacter(point: number): boolean {
  if (point < 0x20) return point === 9 || point === 10 || point === 13;
  return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}
