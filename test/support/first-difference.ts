/** Where two plain values first differ: `[3].name: 1 instead of 2`; `null` if they do not. */
export function firstDifference(actual: unknown, expected: unknown, path = ""): string | null {
  if (Object.is(actual, expected)) return null;
  if (isRecord(actual) && isRecord(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const step = Array.isArray(expected) ? `[${key}]` : `.${key}`;
      const found = firstDifference(actual[key], expected[key], path + step);
      if (found !== null) return found;
    }
    return null;
  }
  return `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
