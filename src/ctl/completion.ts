import type { ProcessInfo } from "../protocol/process-info.ts";
import type { Action } from "./action.ts";
import { neutralise } from "./terminal-filter.ts";

/**
 * What the word under the cursor may become; each candidate ends in a blank. Word breaks are blanks only, so that namespecs
 * complete as one word.
 *
 * @param line up to the cursor.
 * @param infos asked for only if process names are wanted.
 * @returns candidates, and the text that they replace.
 */
export async function complete(
  line: string,
  actions: ReadonlyMap<string, Action>,
  infos: () => Promise<readonly ProcessInfo[]>,
): Promise<[string[], string]> {
  const [, before = "", word = ""] = /^(.*?)(\S*)$/s.exec(line) ?? [];
  const candidates = await candidatesFor(before.trim().split(/\s+/)[0] ?? "", word, actions, infos);
  const fitting = [...new Set(candidates)].filter((each) => each.startsWith(word) && isTypeable(each));
  // Sorted, as readline shows them; Node shows them as they come.
  return [fitting.toSorted().map((each) => `${each} `), word];
}

/** A name of a foreign server may hold anything; what would act on the terminal, or break into words, is not offered. */
function isTypeable(name: string): boolean {
  return !/\s/.test(name) && neutralise(name) === name && !name.includes("\x1b");
}

async function candidatesFor(
  first: string,
  word: string,
  actions: ReadonlyMap<string, Action>,
  infos: () => Promise<readonly ProcessInfo[]>,
): Promise<string[]> {
  const names = [...actions.keys()].filter((name) => name !== "EOF").sort();
  if (first === "") return names;
  switch (actions.get(first)?.completes) {
    case undefined:
      return [];
    case "actions":
      return names;
    case "groups":
      return (await infos()).map((info) => info.group);
    case "processes":
      return (await infos()).flatMap((info) =>
        info.group === info.name && !word.includes(":")
          ? [info.name]
          : [`${info.group}:${info.name}`, `${info.group}:*`],
      );
  }
}
