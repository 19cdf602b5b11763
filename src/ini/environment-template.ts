/**
 * Theory. Supervisor expands the whole text of `environment=` and splits the result into pairs; a config object has
 * its pairs first and expands each value. To get from one to the other without losing the `%(x)s`, each specifier is
 * replaced by a placeholder made of word characters, the text is split, and the placeholders are put back. The answer
 * holds only if splitting did not look inside what a specifier stands for (a quote, a comma, a blank in a variable),
 * so it is checked against Supervisor's own order for every process, and given up otherwise.
 */
import { toTemplate } from "../model/text/template.ts";
import { parseEnvironment } from "./environment-text.ts";
import type { Names } from "../model/text/layered-names.ts";
import { expandPercent } from "./expand-percent.ts";

/** What one process makes of the text: the names it can use and the pairs that came out. */
export interface EnvironmentSample {
  readonly names: Names;
  readonly pairs: ReadonlyMap<string, string>;
}

/**
 * The pairs of an `environment=` text with their `%(x)s` still in them, in the dialect of config strings.
 *
 * @param samples all processes that read the text; each must come out the same either way.
 * @returns `null` if no single object says what the text says, because it splits differently from process to process.
 */
export function environmentTemplate(
  text: string,
  samples: readonly EnvironmentSample[],
): Readonly<Record<string, string>> | null {
  const first = samples[0];
  if (!first) return {};
  return (
    withPlaceholders(text, () => true, samples) ??
    // Variables may hold whole pairs; the number of a process cannot.
    withPlaceholders(expandSome(text, first.names), (name) => !name.startsWith("ENV_"), samples) ??
    (samples.every(({ pairs }) => same(pairs, first.pairs)) ? literals(first.pairs) : null)
  );
}

const SPECIFIER = /%(?:%|\(([^()]*)\)[-#0 +]*\d*(?:\.\d+)?[hlL]?[a-zA-Z])/g;

function withPlaceholders(
  text: string,
  keep: (name: string) => boolean,
  samples: readonly EnvironmentSample[],
): Readonly<Record<string, string>> | null {
  const stem = freeStem(text);
  const specifiers: string[] = [];
  const marked = text.replace(SPECIFIER, (specifier, name: string | undefined) => {
    if (name !== undefined && !keep(name)) return specifier;
    specifiers.push(specifier);
    return `${stem}${specifiers.length - 1}_`;
  });
  const split = parseEnvironment(marked);
  if (!split.ok) return null;
  const put = (part: string): string =>
    part
      .split(new RegExp(`${stem}(\\d+)_`))
      .map((piece, index) => (index % 2 === 0 ? piece.replaceAll("%", "%%") : (specifiers[Number(piece)] ?? "")))
      .join("");
  const pairs = [...split.pairs].map(([key, value]) => [put(key), put(value)] as const);
  // A key is not a template in a config object.
  if (pairs.some(([key]) => key.includes("%"))) return null;
  for (const sample of samples) {
    const expanded = pairs.map(([key, value]) => [key, expandPercent(value, sample.names, "")] as const);
    const matches = expanded.every(([key, value]) => value.ok && sample.pairs.get(key) === value.text);
    if (!matches || new Set(pairs.map(([key]) => key)).size !== sample.pairs.size) return null;
  }
  return Object.fromEntries(pairs.map(([key, value]) => [key, toTemplate(value)]));
}

/** The text with variables replaced by what they hold; literal percent signs stay doubled. */
function expandSome(text: string, names: Names): string {
  return text.replace(SPECIFIER, (specifier, name: string | undefined) => {
    if (!name?.startsWith("ENV_")) return specifier;
    const expanded = expandPercent(specifier, names, "");
    return expanded.ok ? expanded.text.replaceAll("%", "%%") : specifier;
  });
}

/** Pairs whose text stands for itself. */
function literals(pairs: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...pairs].map(([key, value]) => [key, toTemplate(value.replaceAll("%", "%%"))]));
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function freeStem(text: string): string {
  let stem = "SUP_";
  while (text.includes(stem)) stem += "_";
  return stem;
}
