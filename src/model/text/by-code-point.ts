/**
 * Order of Python's `sorted`: by code point. Units of UTF-16 are in the same order, but for surrogates: these stand for what
 * comes after U+FFFF, though their own numbers are below U+E000. Compared in place, because a page of a thousand processes
 * compares twenty thousand times.
 */
export function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
