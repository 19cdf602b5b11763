import type { Place } from "../model/problem.ts";
import type { IniTree } from "./merge-ini.ts";
import type { IniDocument } from "./parse-ini.ts";
import { printComment } from "./print-value.ts";

/** The comments of all files, each to be taken once by the thing it belongs to. */
export interface Comments {
  /** Whole-line comments between the thing at this place and what came before it. */
  above(place: Place): string[];
  /** Comments right below the last line of the section at this place, such as keys that were commented out. */
  below(place: Place): string[];
  /** The comment on the same line, or "". */
  beside(place: Place): string;
  /** What nothing has taken: comments below the last thing of a file, and those of things that are not printed. */
  readonly rest: readonly string[];
}

/** Sorts the comments of all files by the header or key that they precede or stand beside. */
export function commentsOf(tree: IniTree): Comments {
  const waiting = new Map<string, { above: string[]; beside: string[] }>();
  const below = new Map<string, string[]>();
  for (const document of tree.documents) {
    const starts = document.sections
      .flatMap(({ place, entries }) => [place.line, ...entries.map((entry) => entry.place.line)])
      .sort((a, b) => a - b);
    const tails = tailsOf(document);
    for (const { text, place, inline } of document.comments) {
      const owner = inline ? undefined : tails.get(place.line);
      if (owner !== undefined) {
        below.set(`${owner} ${document.file}`, [...(below.get(`${owner} ${document.file}`) ?? []), printComment(text)]);
        continue;
      }
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
    below: (place) => below.get(`${place.line} ${place.file}`)?.splice(0) ?? [],
    above: (place) => take(place, "above"),
    // A value of several lines may have several; on one line they read as one.
    beside: (place) => take(place, "beside").join(" "),
    get rest() {
      const rest = [...waiting.values()].flatMap(({ above, beside }) => [...above.splice(0), ...beside.splice(0)]);
      return [...rest, ...[...below.values()].flatMap((lines) => lines.splice(0))];
    },
  };
}

/** Lines of comment that follow a section without a gap, with the line of its header; not if a header is next. */
function tailsOf(document: IniDocument): Map<number, number> {
  const comments = new Set(document.comments.flatMap(({ place, inline }) => (inline ? [] : [place.line])));
  const headers = new Set(document.sections.map(({ place }) => place.line));
  const tails = new Map<number, number>();
  for (const { place, entries } of document.sections) {
    const start = (entries.at(-1)?.parts.at(-1)?.place.line ?? place.line) + 1;
    let end = start;
    while (comments.has(end)) end += 1;
    if (headers.has(end)) continue;
    for (let line = start; line < end; line += 1) tails.set(line, place.line);
  }
  return tails;
}
