/** Options before a command that take the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set(["-c", "--config", "--runtime-dir"]);

/**
 * The words of a command line for `sup`, with `--` before the first word of a shell's action: that word and all behind it are
 * supervisorctl's, as in `sup shell tail -f web`. Any other command line is left as it is.
 */
export function withShellAction(words: readonly string[]): readonly string[] {
  const at = nextWord(words, 0);
  if (words[at] !== "shell") return words;
  const action = nextWord(words, at + 1);
  return action >= words.length || words.slice(at, action).includes("--")
    ? words
    : [...words.slice(0, action), "--", ...words.slice(action)];
}

/** Where the first word is that is neither an option nor an option's value. */
function nextWord(words: readonly string[], from: number): number {
  let at = from;
  for (let word = words[at]; word?.startsWith("-"); word = words[at]) at += WITH_VALUE.has(word) ? 2 : 1;
  return at;
}
