import type { StreamCursor, StreamItem, StreamQuery } from "../protocol/api.ts";
import { advanceCursor } from "../protocol/stream-cursor.ts";
import { isNotRunning, type ApiClient } from "./api-client.ts";

/** How long a daemon that has answered once, and of which nothing more is known, is waited for, milliseconds. */
const PATIENCE = 30_000;

/**
 * A stream that outlives its connections: broken off, it goes on where it was. What cannot be told is told as `gap` or `missed`;
 * each connection begins with `open`; positions stay in here. Ends with the daemon's `end`, or when `signal` aborts.
 *
 * @throws the system's error if there is no daemon, or if it has gone without a word and does not come back.
 */
export async function* follow(
  client: ApiClient,
  query: StreamQuery,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, void> {
  let cursor: StreamCursor | null = null;
  let lost: number | null = null;
  while (!signal.aborted) {
    try {
      const since: StreamCursor | undefined = cursor ?? undefined;
      for await (const item of client.stream({ ...query, ...(since && { since }) }, signal)) {
        lost = null;
        cursor = advanceCursor(cursor, item);
        if (item.type === "position") continue;
        yield item;
        if (item.type === "end") return;
      }
      if (query.follow === false) return;
    } catch (error) {
      if (signal.aborted) return;
      if (cursor === null || !isNotRunning(error)) throw error;
      lost ??= Date.now();
      const coming = await client.isComing();
      if (coming === false || (coming === null && Date.now() - lost > PATIENCE)) throw error;
      await pause(coming === null ? 500 : 20, signal);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
