import type { IncomingMessage, ServerResponse } from "node:http";
import type { StreamQuery } from "../../protocol/api.ts";
import { checkArguments } from "../../protocol/check-arguments.ts";
import { advanceCursor, eventIdWriter, readEventId, readStreamQuery } from "../../protocol/stream-cursor.ts";
import type { StreamCursor } from "../../protocol/api.ts";
import { ItemWriter, jsonLine, type ItemFormat } from "./item-writer.ts";
import { readJsonBody, sendJson } from "../json-api.ts";
import { sendLiveStream, type LiveStreamParts, type Since } from "./live-stream.ts";

/** Milliseconds between signs of life on a stream of events: proxies cut what is silent for a minute. */
const SIGN_OF_LIFE = 25_000;

/**
 * `/api/v1/stream`: with GET the query is in the address and the place to go on from in `Last-Event-ID`; with POST both are in a
 * JSON body. Server-sent events for who accepts them, lines of JSON for all others.
 */
export async function answerStream(
  parts: LiveStreamParts,
  address: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "POST") {
    return sendJson(response, 405, { error: "a stream is asked for with GET or POST" });
  }
  let query: StreamQuery | string;
  if (request.method === "GET") query = readStreamQuery(address);
  else {
    const body = await readJsonBody(request, response);
    if (body === null) return;
    query = checkArguments("stream", body) ?? body;
  }
  if (typeof query === "string") return sendJson(response, 400, { error: query });

  const events = /\btext\/event-stream\b/i.test(request.headers.accept ?? "");
  response.writeHead(200, {
    "Content-Type": `${events ? "text/event-stream" : "application/x-ndjson"}; charset=utf-8`,
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
  });
  response.flushHeaders();
  if (events) keepAlive(response);
  const writer = new ItemWriter(response, events ? serverSentEvents() : jsonLine);
  sendLiveStream(parts, query, sinceOf(query, request), writer);
}

function sinceOf(query: StreamQuery, request: IncomingMessage): Since | "unknown" | null {
  if (query.since !== undefined) return { cursor: query.since, outputs: true };
  const id = request.headers["last-event-id"];
  if (typeof id !== "string" || id === "") return null;
  return readEventId(id) ?? "unknown";
}

/** Each event has an id from which its client can go on. */
function serverSentEvents(): ItemFormat {
  let cursor: StreamCursor | null = null;
  const writeId = eventIdWriter();
  return (item) => {
    cursor = advanceCursor(cursor, item);
    const id = cursor === null ? "" : `id: ${writeId(cursor)}\n`;
    return `${id}data: ${JSON.stringify(item)}\n\n`;
  };
}

function keepAlive(response: ServerResponse): void {
  response.write("retry: 1000\n\n");
  const timer = setInterval(() => response.write(":\n\n"), SIGN_OF_LIFE);
  response.once("close", () => clearInterval(timer));
}
