import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiName } from "../protocol/api.ts";
import { Refusal } from "../rpc/control.ts";
import type { ApiMethods } from "../rpc/api-methods.ts";
import { MAX_BODY_BYTES, readBody } from "./read-body.ts";

/** Answers `POST /api/v1/<call>` with one JSON object. Refusals are 409, unknown calls 404, bad bodies 400 or 413. */
export async function answerApiCall(
  methods: ApiMethods,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!Object.hasOwn(methods, name))
    return sendJson(response, 404, { error: `there is no call ${JSON.stringify(name)}` });
  if (request.method !== "POST") return sendJson(response, 405, { error: `${name} is called with POST` });
  // A web page of another origin can send text/plain without asking first; JSON it cannot.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    return sendJson(response, 415, { error: "the body must be application/json" });
  }
  const body = await readBody(request);
  if (body === null) return sendJson(response, 413, { error: `the body is larger than ${MAX_BODY_BYTES} bytes` }, true);
  const args = parseArguments(body.toString("utf8"));
  if (args === null) return sendJson(response, 400, { error: "the body is not a JSON object" });
  try {
    const method = methods[name as ApiName] as (args: unknown) => unknown;
    sendJson(response, 200, await method(args));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendJson(response, 409, { error: error.message });
  }
}

export function sendJson(response: ServerResponse, status: number, value: unknown, close = false): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(close ? { Connection: "close" } : {}),
  });
  response.end(body);
}

/** Only the known shapes pass: names are texts, the rest are plain values. */
function parseArguments(body: string): Record<string, unknown> | null {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const record = value as Record<string, unknown>;
  const { names } = record;
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === "string"))) return null;
  if ("signal" in record && typeof record["signal"] !== "string") return null;
  if ("seconds" in record && typeof record["seconds"] !== "number") return null;
  return record;
}
