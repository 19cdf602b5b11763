import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiMethods } from "../rpc/api-methods.ts";
import { parseAddress } from "./address.ts";
import type { RequestHandler } from "./sockets/http-server.ts";
import { answerApiCall, sendJson } from "./json-api.ts";
import type { LiveStreamParts } from "./streams/live-stream.ts";
import { answerStream } from "./streams/stream-route.ts";

export interface ControlParts extends LiveStreamParts {
  readonly methods: ApiMethods;
  /** The OpenAPI document of the installed package. */
  readonly openapi: string;
  readonly onError: (error: unknown) => void;
}

/** The JSON API: everything below `/api/v1/`. */
export function controlRoutes(parts: ControlParts): RequestHandler {
  return (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      // The client went away in the middle of its request.
      if (request.destroyed && !request.complete) return void response.destroy();
      parts.onError(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: `internal error: ${(error as Error).message}` }, true);
    });
  };
}

async function answer(parts: ControlParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "/";
  const { pathname, searchParams } = parseAddress(url) ?? { pathname: url, searchParams: new URLSearchParams() };
  if (!pathname.startsWith(ROOT)) return sendJson(response, 404, { error: `nothing is at ${pathname}` });
  const name = pathname.slice(ROOT.length);
  if (name === "stream") return answerStream(parts, searchParams, request, response);
  if (name === "openapi.json" && request.method === "GET") {
    return sendJson(response, 200, JSON.parse(readFileSync(parts.openapi, "utf8")));
  }
  return answerApiCall(parts.methods, name, request, response);
}

const ROOT = "/api/v1/";
