export type SplitResult =
  | { readonly ok: true; readonly words: string[] }
  | { readonly ok: false; readonly message: "No closing quotation" | "No escaped character" };

/**
 * Splits a command line into words without a shell: quotes and backslashes group, everything else is literal (no globs,
 * variables, comments, `~`). Exactly what Supervisor does (Python's `shlex.split`), because existing command lines are
 * written against its corners: inside double quotes a backslash escapes only `"` and `\`, and blanks are the four ASCII ones.
 *
 * No text, and blanks alone, give no words; `''` and `""` are one empty word.
 */
export function splitCommand(text: string): SplitResult {
  if (!SPECIAL.test(text)) return { ok: true, words: text.split(/[ \t\r\n]+/).filter((word) => word !== "") };
  const words: string[] = [];
  let word = "";
  let inWord = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (BLANKS.includes(character)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
      continue;
    }
    inWord = true;
    if (character === "\\") {
      at++;
      if (at === text.length) return { ok: false, message: "No escaped character" };
      word += text[at];
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) return { ok: false, message: "No closing quotation" };
      word += text.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(text, at + 1);
      if (!quoted.ok) return quoted;
      word += quoted.text;
      at = quoted.end;
    } else {
      word += character;
    }
  }
  if (inWord) words.push(word);
  return { ok: true, words };
}

const BLANKS = " \t\r\n";
/** Most commands have none of these: a young process looks at each character much longer than an expression does. */
const SPECIAL = /["'\\]/;

type Quoted =
  | { readonly ok: true; readonly text: string; readonly end: number }
  | (SplitResult & { readonly ok: false });

function readDoubleQuoted(text: string, start: number): Quoted {
  let content = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') return { ok: true, text: content, end: at };
    if (character !== "\\") {
      content += character;
      continue;
    }
    at++;
    const next = text[at];
    if (next === undefined) return { ok: false, message: "No escaped character" };
    content += next === '"' || next === "\\" ? next : `\\${next}`;
  }
  return { ok: false, message: "No closing quotation" };
}

/** Whether a command of this name is one of the shell: no file does what it does. */
export function isShellsOwn(word: string): boolean {
  return SHELLS_OWN.has(word);
}

/** Builtins that matter for what runs, and the beginnings of the shell's grammar. */
const SHELLS_OWN: ReadonlySet<string> = new Set(
  ". : case cd command eval exec export for if set source trap ulimit umask unset until wait while".split(" "),
);
