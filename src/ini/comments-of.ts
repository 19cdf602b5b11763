import type { Place } from "../model/problem.ts";
import type { IniTree } from "./merge-ini.ts";
import { printComment } from "./print-value.ts";

/** The comments of all files, each to be taken once by the thing it belongs to. */
export interface Comments {
  /** Whole-line comments between the thing at this place and what came before it. */
  above(place: Place): string[];
  /** The comment on the same line, or "". */
  beside(place: Place): string;
  /** What nothing has taken: comments below the last thing of a file, and those of things that are not printed. */
  readonly rest: readonly string[];
}

/** Sorts the comments of all files by the header or key that they precede or stand beside. */
export function commentsOf(tree: IniTree): Comments {
  const waiting = new Map<string, { above: string[]; beside: string[] }>();
  for (const document of tree.documents) {
    const starts = document.sections
      .flatMap(({ place, entries }) => [place.line, ...entries.map((entry) => entry.place.line)])
      .sort((a, b) => a - b);
    for (const { text, place, inline } of document.comments) {
      const line = inline
        ? starts.findLast((start) => start <= place.line)
        : starts.find((start) => start > place.line);
      const key = `${line ?? Infinity} ${document.file}`;
      const slot = waiting.get(key) ?? { above: [], beside: [] };
      waiting.set(key, slot);
      slot[inline ? "beside" : "above"].push(printComment(text));
    }
  }
  const take = (place: Place, side: "above" | "beside"): string[] =>
    waiting.get(`${place.line} ${place.file}`)?.[side].splice(0) ?? [];
  return {
    above: (place) => take(place, "above"),
    // A value of several lines may have several; on one line they read as one.
    beside: (place) => take(place, "beside").join(" "),
    get rest() {
      return [...waiting.values()].flatMap(({ above, beside }) => [...above.splice(0), ...beside.splice(0)]);
    },
  };
}
