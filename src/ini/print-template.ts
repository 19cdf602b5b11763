import { TEMPLATE_NAME } from "../model/text/template.ts";
import { Code, doubleQuoted, quote } from "./print-value.ts";

/**
 * A string of a config object with its plain `%(ENV_X)s` turned into `${env("X")}`.
 *
 * What stays for `sup` to expand: variables that are not in `process.env`, other formats such as `%(ENV_X)-8s`, and
 * references whose value could run into what stands beside them: `50%` before `%(here)s` would read as an escape of it.
 *
 * @param text in the dialect of config strings, where `%%(ENV_X)s` is a literal `%(ENV_X)s`.
 * @param defined variables that the file itself sets for this place.
 */
export function printTemplate(text: string, defined: ReadonlySet<string>): Code | string {
  const parts = text.split(PLAIN_REFERENCE);
  const pieces: string[] = [];
  let after = parts.at(-1) ?? "";
  // From the right: what a reference may stand beside depends on what became of its neighbour.
  for (let index = parts.length - 2; index > 0; index -= 2) {
    const [before = "", name = ""] = parts.slice(index - 1, index + 1);
    if (defined.has(name) || STARTS_LIKE_A_NAME.test(after)) {
      after = `${before}%(ENV_${name})s${after}`;
      continue;
    }
    pieces.unshift(call(name), escapeTemplate(after));
    after = before;
  }
  return pieces.length === 0 ? text : join([escapeTemplate(after), ...pieces]);
}

/**
 * An expression for text that is not a string in a config object, such as a number; `null` if there is more to it than
 * plain `%(ENV_X)s` of `process.env`.
 *
 * @param raw as in the ini file, where every `%` is special.
 */
export function printReference(raw: string, defined: ReadonlySet<string>): string | null {
  const parts = raw.split(PLAIN_REFERENCE);
  const isName = (index: number): boolean => index % 2 === 1;
  const isPlain = parts.every((part, index) => (isName(index) ? !defined.has(part) : !part.includes("%")));
  if (parts.length === 1 || !isPlain) return null;
  return join(parts.map((part, index) => (isName(index) ? call(part) : escapeTemplate(part)))).source;
}

/** Behind another percent sign it is, or looks like, a literal one. */
const PLAIN_REFERENCE = /(?<!%)%\(ENV_([^()]*)\)s/;
const STARTS_LIKE_A_NAME = new RegExp(`^%*${TEMPLATE_NAME}`);

function call(name: string): string {
  return `\${env(${quote(name)})}`;
}

function escapeTemplate(text: string): string {
  return doubleQuoted(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("`", "\\`").replaceAll("${", "\\${");
}

/** A template literal, or the bare call if there is nothing else to it. */
function join(pieces: readonly string[]): Code {
  const [only, ...others] = pieces.filter((piece) => piece !== "");
  if (only !== undefined && others.length === 0) return new Code(only.slice(2, -1));
  return new Code(`\`${pieces.join("")}\``);
}
