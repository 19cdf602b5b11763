import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { piecesOf, type Parts } from "../protocol/xml-rpc-encode.ts";

/**
 * Answers with an XML document. One with long texts is written piece by piece, as the client takes it, and others have their turn
 * in between; it is made twice, first for its length, rather than kept: a log of garbage is three times as long as its bytes. The
 * connection of a client that takes nothing of it is closed in the end: its log is megabytes of our memory.
 *
 * @param patience milliseconds for which it may take nothing.
 */
export async function sendDocument(response: ServerResponse, parts: Parts, patience = PATIENCE): Promise<void> {
  const head = (length: number): void => {
    response.writeHead(200, { "Content-Type": "text/xml", "Content-Length": length });
  };
  const [first = ""] = parts;
  if (parts.length === 1 && typeof first === "string") {
    const bytes = Buffer.from(first);
    head(bytes.length);
    response.end(bytes);
    return;
  }
  let length = 0;
  for (const piece of piecesOf(parts)) {
    length += Buffer.byteLength(piece);
    await setImmediate();
  }
  head(length);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    for (const piece of piecesOf(parts)) {
      if (response.destroyed) return;
      if (!response.write(piece)) {
        const timer = setTimeout(() => response.destroy(), patience);
        await once(response, "drain", { signal: gone.signal }).finally(() => clearTimeout(timer));
      }
      // What the system takes at once is told within the same turn.
      await setImmediate();
    }
    response.end();
  } catch (error) {
    // Nobody is there to take the rest.
    if (!gone.signal.aborted) throw error;
  }
}

const PATIENCE = 120_000;
