import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiName } from "../protocol/api.ts";
import { checkArguments } from "../protocol/check-arguments.ts";
import { Refusal } from "../rpc/control.ts";
import type { ApiMethods } from "../rpc/api-methods.ts";
import { MAX_BODY_BYTES, readBody } from "./read-body.ts";

/**
 * Answers `POST /api/v1/<call>` with one JSON object, and `GET /api/v1/status`. Refusals are 409, unknown calls 404, bad bodies
 * 400, 413 or 415.
 */
export async function answerApiCall(
  methods: ApiMethods,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!Object.hasOwn(methods, name))
    return sendJson(response, 404, { error: `there is no call ${JSON.stringify(name)}` });
  const call = name as ApiName;
  const looks = call === "status" && request.method === "GET";
  if (request.method !== "POST" && !looks) return sendJson(response, 405, { error: `${name} is called with POST` });
  const args = looks ? {} : await readJsonBody(request, response);
  if (args === null) return;
  const mistake = checkArguments(call, args);
  if (mistake !== null) return sendJson(response, 400, { error: mistake });
  try {
    const method = methods[call] as (args: unknown) => unknown;
    sendJson(response, 200, await method(args));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendJson(response, 409, { error: error.message });
  }
}

/** The object that a request brings; an empty body is an empty one. `null`: it brought something else and was answered. */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Record<string, unknown> | null> {
  const refuse = (status: number, error: string): null => {
    sendJson(response, status, { error }, status === 413);
    return null;
  };
  // A web page of another origin can send text/plain without asking first; JSON it cannot.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    return refuse(415, "the body must be application/json");
  }
  const body = await readBody(request);
  if (body === null) return refuse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
  return parseObject(body.toString("utf8")) ?? refuse(400, "the body is not a JSON object");
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

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body === "" ? "{}" : body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
