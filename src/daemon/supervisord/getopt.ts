/** One option as it stood on the command line: `-n` or `--nodaemon`, long ones spelled out. */
export interface GivenOption {
  readonly name: string;
  /** "" for an option that takes none. */
  readonly value: string;
}

/** A mistake on the command line or in what it names: two lines on standard error, exit status 2. */
export class SupervisordUsageError extends Error {
  override readonly name = "SupervisordUsageError";
}

/** How Supervisor says that it did not start. Several mistakes are all told, the one it would stop at first. */
export function usageErrorText(messages: readonly string[], program: string): string {
  return `${messages.map((message) => `Error: ${message}\n`).join("")}For help, use ${program} -h\n`;
}

/**
 * Python's getopt, to the letter, because scripts and init files rely on its rules: short options can be bundled and take
 * their value glued on or as the next word, long ones may be shortened to a unique beginning, and the first word that is
 * no option ends them all.
 *
 * @param short letters; a colon behind one says that it takes a value.
 * @param long names; an equals sign at the end says that it takes a value.
 * @throws SupervisordUsageError in Python's words.
 */
export function getopt(
  argv: readonly string[],
  short: string,
  long: readonly string[],
): { readonly options: readonly GivenOption[]; readonly rest: readonly string[] } {
  const options: GivenOption[] = [];
  const rest = [...argv];
  while (rest.length > 0 && rest[0]!.startsWith("-") && rest[0] !== "-") {
    const word = rest.shift()!;
    if (word === "--") break;
    if (word.startsWith("--")) options.push(readLong(word.slice(2), rest, long));
    else readShort(word.slice(1), rest, short, options);
  }
  return { options, rest };
}

function readLong(word: string, rest: string[], long: readonly string[]): GivenOption {
  const equals = word.indexOf("=");
  const typed = equals === -1 ? word : word.slice(0, equals);
  const found = findLong(typed, long);
  const name = found.replace(/=$/, "");
  if (!found.endsWith("=")) {
    if (equals !== -1) throw new SupervisordUsageError(`option --${name} must not have an argument`);
    return { name: `--${name}`, value: "" };
  }
  const value = equals === -1 ? rest.shift() : word.slice(equals + 1);
  if (value === undefined) throw new SupervisordUsageError(`option --${name} requires argument`);
  return { name: `--${name}`, value };
}

function findLong(typed: string, long: readonly string[]): string {
  const candidates = long.filter((name) => name.startsWith(typed));
  const exact = candidates.find((name) => name === typed || name === `${typed}=`);
  if (exact !== undefined) return exact;
  if (candidates.length > 1) throw new SupervisordUsageError(`option --${typed} not a unique prefix`);
  const [only] = candidates;
  if (only === undefined) throw new SupervisordUsageError(`option --${typed} not recognized`);
  return only;
}

function readShort(word: string, rest: string[], short: string, options: GivenOption[]): void {
  // By characters, not by UTF-16 halves: the letter is named in the message.
  const letters = [...word];
  while (letters.length > 0) {
    const letter = letters.shift()!;
    const at = letter === ":" ? -1 : short.indexOf(letter);
    if (at === -1) throw new SupervisordUsageError(`option -${letter} not recognized`);
    if (short[at + 1] !== ":") {
      options.push({ name: `-${letter}`, value: "" });
      continue;
    }
    const value = letters.length > 0 ? letters.splice(0).join("") : rest.shift();
    if (value === undefined) throw new SupervisordUsageError(`option -${letter} requires argument`);
    options.push({ name: `-${letter}`, value });
  }
}
