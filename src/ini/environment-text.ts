export type EnvironmentResult =
  | { readonly ok: true; readonly pairs: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the value of `environment=`: `KEY=value,KEY2="value"`, after `%`-expansion.
 *
 * Supervisor takes the words in fours: key, `=`, value, separator. It never looks at the separator, so `A=1;B=2` is
 * fine and `A=b c` silently loses `c`. Files rely on the former; for the latter there is {@link keysBeforeLostText}.
 *
 * A duplicate key keeps its first position and its last value.
 */
export function parseEnvironment(text: string): EnvironmentResult {
  const split = environmentWords(text);
  if (!split.ok) return split;
  const { words } = split;
  const pairs = new Map<string, string>();
  for (let i = 0; i < words.length; i += 4) {
    const [key, equals, value] = words.slice(i, i + 3);
    if (key === undefined || equals !== "=" || value === undefined) {
      return { ok: false, message: `Unexpected end of key/value pairs in value '${text}'` };
    }
    pairs.set(key, value);
  }
  return { ok: true, pairs };
}

/** The keys behind whose values there is a word in the place of a separator: it is lost, which nobody means. */
export function keysBeforeLostText(text: string): string[] {
  const split = environmentWords(text);
  if (!split.ok) return [];
  return split.words.filter((_, index) => {
    const separator = split.words[index + 3];
    return index % 4 === 0 && separator !== undefined && separator !== "," && separator !== ";";
  });
}

/**
 * The words of an environment value, as Python's `shlex` in POSIX mode finds them with `/.+-():` as extra word
 * characters. Every character that is neither blank, quote, backslash nor word character is a word of its own.
 */
function environmentWords(
  text: string,
): { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly message: string } {
  const words: string[] = [];
  const chars = [...text];
  let word: string | null = null;
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] ?? "";
    if (char === "'" || char === '"') {
      const quoted = readQuoted(chars, i);
      if (typeof quoted === "string") return { ok: false, message: quoted };
      word = (word ?? "") + quoted.text;
      i = quoted.end;
    } else if (char === "\\") {
      i += 1;
      if (i >= chars.length) return { ok: false, message: "No escaped character" };
      word = (word ?? "") + (chars[i] ?? "");
    } else if (WORD.test(char)) {
      word = (word ?? "") + char;
    } else {
      if (word !== null) words.push(word);
      word = null;
      if (char === "#") i = endOfLine(chars, i);
      else if (!" \t\r\n".includes(char)) words.push(char);
    }
  }
  if (word !== null) words.push(word);
  return { ok: true, words };
}

/** ASCII and the Latin-1 letters (shlex's `wordchars` in POSIX mode), and what Supervisor adds. */
const WORD = /[A-Za-z0-9_\u00df-\u00f6\u00f8-\u00ff\u00c0-\u00d6\u00d8-\u00de/.+\-():]/;

function readQuoted(chars: readonly string[], start: number): { text: string; end: number } | string {
  const quote = chars[start];
  let text = "";
  for (let i = start + 1; i < chars.length; i += 1) {
    const char = chars[i] ?? "";
    if (char === quote) return { text, end: i };
    const next = chars[i + 1];
    if (quote === '"' && char === "\\" && next === undefined) return "No escaped character";
    if (quote === '"' && char === "\\" && (next === '"' || next === "\\")) {
      text += next;
      i += 1;
    } else {
      text += char;
    }
  }
  return "No closing quotation";
}

function endOfLine(chars: readonly string[], start: number): number {
  const end = chars.indexOf("\n", start);
  return end === -1 ? chars.length : end;
}
