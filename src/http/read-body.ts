import type { IncomingMessage } from "node:http";

/** Bytes of a request's body; a larger one is answered 413 and not read to its end. */
export const MAX_BODY_BYTES = 1 << 20;

/** The whole body, or `null` if it is too large. Rejects if the client goes away first. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
