import type { Random } from "../chaos/random.ts";

/** Pieces of XML-RPC, right and wrong, that a mutation puts in. */
const PIECES = [
  "<value>", "</value>", "<param>", "</params>", "<methodName>", "</methodName>", "<struct>", "</struct>", "<member>",
  "<name>", "<array><data>", "</data></array>", "<int>", "</int>", "<i8>9</i8>", "<nil/>", "<boolean>2</boolean>",
  "<double>1e999</double>", "<base64>//79</base64>", "<dateTime.iso8601>x</dateTime.iso8601>", "<![CDATA[", "]]>",
  "<!--", "-->", "<?", "?>", "<!DOCTYPE x>", "<!ENTITY", "&amp;", "&#0;", "&#x110000;", "&nosuch;", "&", "<", ">",
  "system.multicall", "__proto__", "constructor", "-2147483649", "9".repeat(400), "\0", "\x1b", "\r\n", "é", "😀",
].map((piece) => Buffer.from(piece)); // prettier-ignore

/** A body that is the given one no more: half of them still XML, with other content, half broken anywhere. */
export function mutate(body: Buffer, random: Random, other: Buffer): Buffer {
  if (random.fraction() < 0.5) return Buffer.from(mutateGrammar(body.toString(), random));
  let bytes = Buffer.from(body);
  for (let times = random.whole(1, 3); times > 0; times--) bytes = mutateOnce(bytes, random, other);
  return bytes;
}

const TEXTS = [
  "",
  " ",
  "0",
  "1",
  "-1",
  "true",
  "9".repeat(30),
  "1.5",
  "cat",
  "grp:*",
  "__proto__",
  "a&amp;b",
  "&#13;",
  "é",
];
const TYPES = [
  "int",
  "i4",
  "i8",
  "boolean",
  "string",
  "double",
  "base64",
  "dateTime.iso8601",
  "nil",
  "array",
  "struct",
  "x",
];
const BETWEEN = [
  "<!-- c -->",
  "<![CDATA[x]]>",
  "<?p i?>",
  " text ",
  "<value/>",
  "<x/>",
  "\n\n",
  "<value><int>1</int></value>",
];

function mutateGrammar(text: string, random: Random): string {
  /** Another text for one of the places that match. */
  const somewhere = (pattern: RegExp, becomes: (...groups: string[]) => string): string => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const match = random.pick(found);
    return text.slice(0, match.index) + becomes(...match) + text.slice(match.index + match[0].length);
  };
  switch (random.whole(0, 5)) {
    case 0:
      return somewhere(/>[^<>]*<\//g, () => `>${random.pick(TEXTS)}</`);
    case 1:
      return somewhere(/<(int|string|boolean|double|array|struct)>([^]*?)<\/\1>/g, (_, __, inner = "") => {
        const type = random.pick(TYPES);
        return `<${type}>${inner}</${type}>`;
      });
    case 2:
      return somewhere(/<(param|member|value)>[^]*?<\/\1>/g, (whole) => whole.repeat(random.whole(0, 3)));
    case 3:
      return somewhere(/<value>/g, (whole) => whole + "<array><data><value>".repeat(random.whole(1, 80)));
    case 4:
      return somewhere(/<value>[^]*?<\/value>/g, (whole) => `<value><array><data>${whole}</data></array></value>`);
    default:
      return somewhere(/></g, () => `>${random.pick(BETWEEN)}<`);
  }
}

function mutateOnce(bytes: Buffer<ArrayBuffer>, random: Random, other: Buffer): Buffer<ArrayBuffer> {
  const at = random.whole(0, bytes.length);
  const end = Math.min(bytes.length, at + random.whole(1, 40));
  const [before, span, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.whole(0, 7)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.whole(0, 7));
      return bytes;
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, span, span, after]);
    case 3:
      return Buffer.concat([before, random.pick(PIECES), span, after]);
    case 4:
      return Buffer.concat([before, random.pick(PIECES), after]);
    case 5:
      return Buffer.from(before);
    case 6:
      return Buffer.concat([before, other.subarray(random.whole(0, other.length))]);
    default:
      return Buffer.concat([before, span, ...Array<Buffer>(random.whole(2, 200)).fill(span), after]);
  }
}
