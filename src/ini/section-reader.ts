import { pythonRepr } from "../model/text/python-repr.ts";
import type { Place, Problem } from "../model/problem.ts";
import { toTemplate } from "../model/text/template.ts";
import type { World } from "../model/world.ts";
import { allowedHint } from "./allowed-values.ts";
import { layered, type Names } from "../model/text/layered-names.ts";
import { keysBeforeLostText } from "./environment-text.ts";
import { expandPercent } from "./expand-percent.ts";
import type { ValueType } from "./key-table.ts";
import type { IniTree, TreeEntry } from "./merge-ini.ts";
import { entryOf } from "./merge-ini.ts";
import type { Converted } from "./value-types.ts";

/** A line for the daemon's log, queued until it has one. */
export interface QueuedMessage {
  readonly level: "info" | "warn";
  readonly text: string;
}

/** What reading a whole tree gathers. One is shared by all sections. */
export interface Reading {
  readonly tree: IniTree;
  readonly world: World;
  /** More of the config is elsewhere: a group may name programs that are not here. */
  readonly isFragment: boolean;
  /** `ENV_X` of the daemon, extended by `[supervisord] environment` once that has been read. */
  readonly environment: Map<string, string>;
  readonly problems: Problem[];
  readonly warnings: Problem[];
  /** Lines for the daemon's log. */
  readonly messages: QueuedMessage[];
  /** Where the things of the resulting config were written, by JSON of their path. */
  readonly places: Map<string, Place>;
  /** The names of the sections that programs and groups come from, by JSON of their path. */
  readonly sections: Map<string, string>;
}

/** Reads the keys of one section. A mistake is noted in the {@link Reading} and the value is then `undefined`. */
export interface SectionReader {
  readonly section: string;
  has(key: string): boolean;
  entry(key: string): TreeEntry | undefined;
  /** The value, expanded. `label` is how messages call it; `section.key` if not given. */
  text(key: string, names: Names, label?: string): string | undefined;
  /** The value as a string of a config object, with its `%(x)s` still in it. */
  template(key: string): string | undefined;
  /** The value, expanded and converted. A mistake says what a value of the `type` may be. */
  convert<T>(
    key: string,
    type: ValueType,
    names: Names,
    converter: (text: string, world: World) => Converted<T>,
  ): T | undefined;
  problem(message: string, key?: string, hint?: string): void;
}

/** @param suffixOf what is appended to each message, such as ` in section 'program:web' (file: '/etc/supervisord.conf')`. */
export function readSection(reading: Reading, section: string, suffixOf = (): string => ""): SectionReader {
  const { tree, world, environment } = reading;
  const entry = (key: string): TreeEntry | undefined => entryOf(tree, section, key);
  const problem = (message: string, key?: string, hint?: string): void => {
    const place = (key === undefined ? undefined : entry(key)?.place) ?? tree.sections.get(section)?.place;
    // Some keys are read twice: by the group and by the program, or by a program in two groups. It is one mistake.
    const suffix = suffixOf();
    const texts = [message, message + suffix];
    const same = (other: Problem): boolean => texts.includes(other.message) && other.place === place;
    if (reading.problems.some(same)) return;
    reading.problems.push({ message: message + suffix, ...(hint && { hint }), ...(place && { place }) });
  };
  const text: SectionReader["text"] = (key, names, label = `${section}.${key}`) => {
    const found = entry(key);
    if (!found) return undefined;
    if (!found.value.includes("%")) return found.value;
    const expanded = expandPercent(found.value, layered(names, environment), label);
    if (expanded.ok) return expanded.text;
    problem(expanded.message, key);
    return undefined;
  };
  return {
    section,
    has: (key) => entry(key) !== undefined,
    entry,
    text,
    template: (key) => {
      const found = entry(key);
      return found && toTemplate(found.value);
    },
    convert: (key, type, names, converter) => {
      const value = text(key, names);
      if (value === undefined) return undefined;
      const converted = converter(value, world);
      if (converted.ok) return converted.value;
      problem(converted.message, key, allowedHint(key, type, value));
      return undefined;
    },
    problem,
  };
}

/** Warns of what an `environment=` loses, by its text after expansion. Its values may be secret, so that they are not shown. */
export function warnOfLostText(reading: Reading, reader: SectionReader, expanded: string): void {
  const place = reader.entry("environment")?.place;
  for (const key of keysBeforeLostText(expanded)) {
    const message = `what is behind the value of ${key} in environment of [${reader.section}] is ignored`;
    // A program in two groups is read twice.
    if (reading.warnings.some((other) => other.message === message && other.place === place)) continue;
    reading.warnings.push({ message, hint: `put the whole value in quotes: ${key}="..."`, ...(place && { place }) });
  }
}

/** ` in section '...' (file: '...')`, which Supervisor appends to mistakes in a program's own options. */
export function programSuffix(tree: IniTree, section: string): string {
  const file = tree.sections.get(section)?.place.file ?? tree.mainFile;
  const shown = file === tree.mainFile ? tree.mainShown : file;
  return ` in section ${pythonRepr(section)} (file: ${pythonRepr(shown)})`;
}

/** Remembers where a part of the config was written. */
export function remember(reading: Reading, path: readonly (string | number)[], place: Place | undefined): void {
  if (place) reading.places.set(JSON.stringify(path), place);
}
