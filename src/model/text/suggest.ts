/**
 * The known word that was most likely meant, or `null` if none is close: up to a third of the letters may be wrong, or one; never
 * all of them.
 */
export function closest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.min(Math.max(1, Math.floor(word.length / 3)) + 1, plain(word).length);
  for (const candidate of known) {
    const distance = editDistance(plain(word), plain(candidate), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean "x"?` as a hint, spread into a problem; nothing if no word is close. */
export function didYouMean(word: string, known: Iterable<string>): { readonly hint?: string } {
  const found = closest(word, known);
  return found === null ? {} : { hint: `did you mean \`${found}\`?` };
}

/** `stdout_logfile` and `StdoutLogFile` are the same slip. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Letters added, left out, changed or swapped with their neighbour; `limit` if there are at least so many. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return Math.min(limit, at(last, b.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
