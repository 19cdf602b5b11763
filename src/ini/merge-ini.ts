import type { Place, Problem } from "../model/problem.ts";
import type { IniDocument, IniEntry } from "./parse-ini.ts";

/** Several documents laid over each other, as Supervisor sees them: one section per name, one entry per key. */
export interface IniTree {
  readonly mainFile: string;
  /** What messages call it. */
  readonly mainShown: string;
  readonly documents: readonly IniDocument[];
  readonly sections: ReadonlyMap<string, TreeSection>;
  /** Keys of `[DEFAULT]`: fall-back values of every section. */
  readonly defaults: ReadonlyMap<string, TreeEntry>;
}

export interface TreeSection {
  readonly name: string;
  /** Where the name was seen first. Its file is the one that messages name. */
  readonly place: Place;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

export interface TreeEntry {
  readonly key: string;
  readonly value: string;
  /** Of the key. */
  readonly place: Place;
  readonly source: IniEntry;
}

/** The value of a key, or that of the same key in `[DEFAULT]`. */
export function entryOf(tree: IniTree, section: string, key: string): TreeEntry | undefined {
  return tree.sections.get(section)?.entries.get(key) ?? tree.defaults.get(key);
}

/** Builds an {@link IniTree}, one document after the other. */
export interface IniMerge {
  readonly tree: IniTree;
  readonly warnings: Problem[];
  add(document: IniDocument): void;
  /** Replaces every `%(here)s` so far, blindly, even an escaped one: what Supervisor does as soon as it includes. */
  expandHere(folder: string): void;
}

/**
 * Starts a tree with the main file.
 *
 * A repeated section is laid over the first one, a repeated key replaces the value and keeps its position: no error in
 * Supervisor, and so none here, but a warning, for within one file it is most often a slip of the editor. Across files
 * it is what includes are for.
 */
export function mergeIni(main: IniDocument): IniMerge {
  const sections = new Map<string, OpenSection>();
  const defaults = new Map<string, TreeEntry>();
  const documents: IniDocument[] = [];
  const warnings: Problem[] = [];
  const merge: IniMerge = {
    tree: { mainFile: main.file, mainShown: main.shown, documents, sections, defaults },
    warnings,
    add(document) {
      documents.push(document);
      const seen = new Map<string, Place>();
      for (const section of document.sections) {
        const before = seen.get(section.name);
        if (before) warnings.push(repeated(`section [${section.name}]`, section.place, before, "its keys are merged"));
        seen.set(section.name, before ?? section.place);
        const isDefault = section.name === "DEFAULT";
        let open = sections.get(section.name);
        if (!open && !isDefault) {
          open = { name: section.name, place: section.place, entries: new Map() };
          sections.set(section.name, open);
        }
        addEntries(isDefault ? defaults : open?.entries, section.name, section.entries, warnings);
      }
    },
    expandHere(folder) {
      for (const section of sections.values()) {
        // A fall-back value is copied into the section, so that the next file's folder no longer reaches it.
        for (const entry of [...defaults.values(), ...section.entries.values()]) {
          const current = section.entries.get(entry.key) ?? entry;
          if (!current.value.includes("%(here)s")) continue;
          section.entries.set(entry.key, { ...current, value: current.value.replaceAll("%(here)s", () => folder) });
        }
      }
    },
  };
  merge.add(main);
  return merge;
}

interface OpenSection {
  name: string;
  place: Place;
  entries: Map<string, TreeEntry>;
}

function addEntries(
  target: Map<string, TreeEntry> | undefined,
  section: string,
  entries: readonly IniEntry[],
  warnings: Problem[],
): void {
  for (const source of entries) {
    const { key, value, place } = source;
    const before = target?.get(key);
    if (before && before.place.file === place.file) {
      warnings.push(repeated(`key ${key} in [${section}]`, place, before.place, "the last value counts"));
    }
    target?.set(key, { key, value, place, source });
  }
}

function repeated(what: string, place: Place, before: Place, effect: string): Problem {
  return { message: `${what} was given before, in line ${before.line}: ${effect}`, place };
}
