/**
 * Makes of an action one that is under way once at a time, however many ask for it. Whoever asks meanwhile shares the next one with
 * all others who do, rather than the one that has begun: so each is told how things were after it had asked.
 */
export function sharedNext<T>(act: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    const begun = act();
    const over = (): void => void (current = null);
    current = begun.then(over, over);
    return begun;
  };
  return () => {
    if (current === null && next === null) return begin();
    next ??= Promise.resolve(current).then(() => {
      next = null;
      return begin();
    });
    return next;
  };
}
