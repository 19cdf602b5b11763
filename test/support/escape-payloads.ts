import type { Random } from "../chaos/random.ts";

/** What a program, a name or an error may hold to act on the terminal of who reads it. Each is one line without its newline. */
export function escapePayloads(count: number, random: Random): string[] {
  return Array.from({ length: count }, (_, index) => `p${index} ${payload(random)}`);
}

const FINALS = [..."ABCDEFGHJKLMPSTXZ`abcdefghilnqrstu"];
const TEXTS = [
  "0;owned",
  "2;owned",
  "52;c;b3duZWQ=",
  "8;;http://evil.example/",
  "1337;File=:AAAA",
  "777;notify;a;b",
  "4;1;?",
];

function payload(random: Random): string {
  const csi = (lead: string): string => {
    const params = random.pick(["", "1", "2;3", "?25", "?1049", ">0", "=1", "!", "38;5;1", "999999999"]);
    return `${lead}${params}${random.pick(["", "", " ", "$", "'"])}${random.pick(FINALS)}`;
  };
  const text = (): string => random.pick(TEXTS);
  const ends = ["\x07", "\x1b\\", "\x9c", ""];
  switch (random.whole(0, 11)) {
    case 0:
    case 1:
      return csi("\x1b[");
    case 2:
      return csi("\x9b");
    case 3:
      return `\x1b]${text()}${random.pick(ends)}`;
    case 4:
      return `\x9d${text()}${random.pick(ends)}`;
    case 5:
      return `\x1b${random.pick([..."P_^X"])}${text()}${random.pick(ends)}`;
    case 6:
      return `${random.pick([..."\x90\x98\x9e\x9f"])}${text()}${random.pick(ends)}`;
    case 7:
      return `\x1b${random.pick([..."c78=>DEHMNOZn|}~#( )*%".replaceAll(" ", "")])}${random.pick(["", "0", "8", "B"])}`;
    case 8:
      return random.pick(["\b\b\b", "\x07", "\0", "\x0b\x0c", "\x0e\x0f", "\x7f", "\x85", "\x05", "over\rwritten"]);
    case 9:
      return `a${random.pick([..."\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u061c"])}b`;
    case 10:
      // One inside another, and what is left of one when another is cut out of it.
      return `\x1b${csi("\x1b[")}${csi("[")}\x1b\x1b]${text()}\x1b[31m`;
    default:
      return `\x1b[${random.whole(0, 120)}${random.pick(["", ";1", ":2:3"])}m\x1b[${random.pick(["?1", ">4;2", "1 "])}m`;
  }
}

/** What of an output could act on a terminal: everything but colours, tabs and line ends. `allowed` is taken out first. */
export function actingSequences(output: string, allowed: RegExp | null = null): string[] {
  const rest = (allowed === null ? output : output.replace(allowed, ""))
    .replace(/\x1b\[[0-9;:]*m/g, "")
    .replaceAll("\r\n", "");
  return [...rest.matchAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069].{0,8}/g)].map(
    ([found]) => JSON.stringify(found),
  );
}
