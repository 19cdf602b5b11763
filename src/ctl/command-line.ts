import { isServerUrl } from "./server-address.ts";

/** What stood on the command line. Absent things are `null`. */
export interface CommandLine {
  readonly configuration: string | null;
  readonly serverurl: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly historyFile: string | null;
  readonly interactive: boolean;
  /** Show what programs print as it is, even on a terminal. */
  readonly raw: boolean;
  readonly help: boolean;
  /** The rest, joined with blanks: it is parsed again as one line, so `"signal HUP" web` works as two words. */
  readonly action: string;
  readonly hasAction: boolean;
}

/** A mistake on the command line or in the config file: two lines on stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads options up to the first word that is none; long ones may be abbreviated.
 *
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const given = new Map<OptionName, string>();
  const rest = [...argv];
  while (rest.length > 0 && rest[0]!.startsWith("-") && rest[0] !== "-") {
    const word = rest.shift()!;
    if (word === "--") break;
    if (word.startsWith("--")) readLong(word.slice(2), rest, given);
    else readShort(word.slice(1), rest, given);
  }
  return {
    configuration: given.get("configuration") ?? null,
    serverurl: given.get("serverurl") ?? null,
    username: given.get("username") ?? null,
    password: given.get("password") ?? null,
    historyFile: given.get("history_file") ?? null,
    interactive: given.has("interactive"),
    raw: given.has("raw"),
    help: given.has("help"),
    action: rest.join(" "),
    hasAction: rest.length > 0,
  };
}

type OptionName =
  | "configuration"
  | "serverurl"
  | "username"
  | "password"
  | "history_file"
  | "interactive"
  | "raw"
  | "help";

interface Option {
  readonly name: OptionName;
  readonly takesValue: boolean;
}

const option = (name: OptionName, takesValue: boolean): Option => ({ name, takesValue });
const HISTORY = option("history_file", true);

const LONG: ReadonlyMap<string, Option> = new Map([
  ["configuration", option("configuration", true)],
  ["serverurl", option("serverurl", true)],
  ["username", option("username", true)],
  ["password", option("password", true)],
  ["history_file", HISTORY],
  // Supervisor's own help spells it this way, and then refuses it.
  ["history-file", HISTORY],
  ["interactive", option("interactive", false)],
  ["raw", option("raw", false)],
  ["help", option("help", false)],
]);

const SHORT: ReadonlyMap<string, string> = new Map([
  ["c", "configuration"],
  ["s", "serverurl"],
  ["u", "username"],
  ["p", "password"],
  ["r", "history_file"],
  ["i", "interactive"],
  ["h", "help"],
  ["?", "help"],
]);

function readLong(text: string, rest: string[], given: Map<OptionName, string>): void {
  const [, typed = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const fits = [...LONG.keys()].filter((name) => name.startsWith(typed));
  const options = new Set(fits.map((name) => LONG.get(name)!));
  const exact = LONG.get(typed) ?? (options.size === 1 ? [...options][0] : undefined);
  if (fits.length === 0) throw new UsageError(`option --${typed} not recognized`);
  if (exact === undefined) throw new UsageError(`option --${typed} not a unique prefix`);
  // Messages name the option in full, however short it was typed.
  const label = `--${LONG.has(typed) ? typed : fits[0]}`;
  if (!exact.takesValue && value !== undefined) throw new UsageError(`option ${label} must not have an argument`);
  record(exact, label, exact.takesValue ? (value ?? takeValue(label, rest)) : "", given);
}

function readShort(letters: string, rest: string[], given: Map<OptionName, string>): void {
  for (let index = 0; index < letters.length; index += 1) {
    const label = `-${letters[index]}`;
    const found = LONG.get(SHORT.get(letters[index]!) ?? "");
    if (found === undefined) throw new UsageError(`option ${label} not recognized`);
    if (!found.takesValue) {
      record(found, label, "", given);
      continue;
    }
    const attached = letters.slice(index + 1);
    record(found, label, attached === "" ? takeValue(label, rest) : attached, given);
    return;
  }
}

function takeValue(label: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`option ${label} requires argument`);
  return value;
}

function record(found: Option, label: string, value: string, given: Map<OptionName, string>): void {
  if (found.name !== "help" && given.has(found.name))
    throw new UsageError(`conflicting command line option '${label}'`);
  if (found.name === "serverurl" && !isServerUrl(value)) {
    throw new UsageError(`invalid value for ${label} '${value}': value '${value}' is not a URL`);
  }
  given.set(found.name, value);
}
