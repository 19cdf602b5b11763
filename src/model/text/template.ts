import { formatPercent, type FormatResult } from "./percent-format.ts";
import type { Names } from "./layered-names.ts";
import { pythonRepr } from "./python-repr.ts";

export type Expansion = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/**
 * Expands a string of a config object.
 *
 * Theory. In `supervisord.conf` every `%` is special, so `date +%Y` must be written `date +%%Y`, and forgetting it is the
 * commonest mistake. Here `%` is special only in front of a name that can be expanded, such as `%(process_num)02d`; every
 * other one stands for itself. To write such a name literally, double the percent signs in front of it: `%%(here)s`.
 * A name of the right kind that has no value in this place (`%(ENV_X)s` with X unset) is a mistake, never literal text.
 *
 * @param label how the value is called in messages, such as `program:web.command`.
 */
export function expandTemplate(text: string, mapping: Names, label: string): Expansion {
  if (!text.includes("%")) return { ok: true, text };
  const result = formatPercent(toPercentFormat(text), mapping);
  if (result.ok) return result;
  return { ok: false, message: explain(text, result, mapping, label) };
}

/** Turns text in which every `%` is special (Supervisor's rule) into a config string that means the same. */
export function toTemplate(percentFormat: string): string {
  let result = "";
  for (const piece of percentFormat.match(PIECES) ?? []) {
    if (!piece.startsWith("%(")) {
      result += piece === "%%" ? "%" : piece;
      continue;
    }
    // A literal percent sign right before a specifier would be read as an escape of it.
    result = doubleTrailing(result) + SPECIFIER_MARK + piece;
  }
  return result
    .split(SPECIFIER_MARK)
    .map((part, index) => (index === 0 ? doubleEscapes(part, 0) : doubleEscapes(part, 1)))
    .join("");
}

/**
 * Names that are special in a config string, as the source of a regular expression. Whether they have a value depends on
 * the place.
 */
export const TEMPLATE_NAME = String.raw`\((?:program_name|group_name|process_num|numprocs|here|host_node_name|ENV_[^()]*)\)`;

const BEFORE_NAME = new RegExp(`%+(?=${TEMPLATE_NAME})`, "g");
const PIECES = /%%|%\([^()]*\)|%|[^%]+/g;
// NUL cannot occur in a command line, a path or a variable, so it is free to mark a place.
const SPECIFIER_MARK = "\0";

/** From "special only before a name" to "always special". */
function toPercentFormat(text: string): string {
  let result = "";
  let from = 0;
  for (const match of text.matchAll(BEFORE_NAME)) {
    result += text.slice(from, match.index).replaceAll("%", "%%");
    // An even run is an escape: half of it literal. An odd one ends with a specifier; both read the same in Python.
    result += match[0];
    from = match.index + match[0].length;
  }
  return result + text.slice(from).replaceAll("%", "%%");
}

function doubleTrailing(text: string): string {
  const run = /%*$/.exec(text)?.[0] ?? "";
  return text + run;
}

/** Doubles percent signs before a name, except the specifier's own that begins the text at `skip`. */
function doubleEscapes(text: string, skip: 0 | 1): string {
  return text.slice(0, skip) + text.slice(skip).replace(BEFORE_NAME, (run) => run + run);
}

function explain(text: string, result: FormatResult & { readonly ok: false }, mapping: Names, label: string): string {
  const what = `Format string ${pythonRepr(text)} for ${pythonRepr(label)}`;
  switch (result.kind) {
    case "bad-format":
      return `${what} is badly formatted: ${result.message}`;
    case "unknown-key": {
      // Supervisor lists every environment variable here: pages of text, and names nobody asked to publish.
      const names = Array.from(mapping.keys(), (name) => (name.startsWith("ENV_") ? "ENV_*" : name));
      const available = Array.from(new Set(names)).sort().join(", ");
      return `${what} contains names (${pythonRepr(result.key)}) which cannot be expanded. Available names: ${available}`;
    }
  }
}
