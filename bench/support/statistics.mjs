/** The middle of the samples. */
export function median(samples) {
  return percentile(samples, 50);
}

/** Nearest rank: a value that was measured, not one between two. */
export function percentile(samples, percent) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
