/**
 * What has come since the last step, all at once: for whoever does the same work for one item as for many. Ends, or throws, as
 * `items` does, after what came before.
 */
export async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void> {
  let waiting: T[] = [];
  let end: { readonly error: unknown } | "over" | null = null;
  let wake: () => void = () => undefined;
  const take = async (): Promise<void> => {
    for await (const item of items) {
      waiting.push(item);
      wake();
    }
  };
  void take()
    .then(
      () => (end = "over"),
      (error: unknown) => (end = { error }),
    )
    .then(() => wake());
  for (;;) {
    if (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      yield batch;
    } else if (end !== null) {
      if (end !== "over") throw (end as { readonly error: unknown }).error;
      return;
    } else await new Promise<void>((resolve) => (wake = resolve));
  }
}
