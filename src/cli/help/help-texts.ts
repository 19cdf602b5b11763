import type { Command } from "commander";

/** The help of one command, as wide as it may be asked for. */
export interface HelpText {
  /** For 80 columns, which is also what a pipe gets. */
  readonly narrow: string;
  /** For any terminal of at least `width` columns. */
  readonly wide: string;
  readonly width: number;
}

/** By the words of the command, such as "config print"; that of `sup` itself is "". */
export type HelpTexts = Readonly<Record<string, HelpText>>;

/** Rendered when `sup` is built (`scripts/help-file.mjs`), since a request for help should not wait for the parser of commands. */
export function helpTexts(command: Command, words: readonly string[] = []): HelpTexts {
  const wide = helpFor(command, 1000);
  const width = Math.max(...wide.split("\n").map((line) => line.length));
  const below = command.createHelp().visibleCommands(command);
  const subcommands = below.filter((one) => command.commands.includes(one));
  return Object.assign(
    { [words.join(" ")]: { narrow: helpFor(command, NARROW), wide, width } },
    ...subcommands.map((one) => helpTexts(one, [...words, one.name()])),
  ) as HelpTexts;
}

/** What commander prints on a terminal of so many columns. */
export function helpFor(command: Command, columns: number): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => columns });
  command.outputHelp();
  return text;
}

/**
 * The text that answers these words, if they ask for help and for nothing else, and it was rendered for that width. `null`
 * leaves it to commander.
 *
 * @param columns of the terminal; `undefined` if it is none.
 */
export function renderedHelp(
  words: readonly string[],
  columns: number | undefined,
  texts: () => HelpTexts,
): string | null {
  const command = askedAbout(words);
  const all = command === null ? {} : texts();
  if (command === null || !Object.hasOwn(all, command)) return null;
  const { narrow = "", wide = "", width = 0 } = all[command] ?? {};
  if (columns === undefined || columns === NARROW) return narrow;
  return columns >= width ? wide : null;
}

const NARROW = 80;

function askedAbout(words: readonly string[]): string | null {
  if (words[0] === "help" && words.length <= 2) return words[1] ?? "";
  const last = words.at(-1);
  return last === "--help" || last === "-h" ? words.slice(0, -1).join(" ") : null;
}
