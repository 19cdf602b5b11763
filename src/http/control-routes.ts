import type { RequestHandler } from "./http-server.ts";
import type { ApiMethods } from "../rpc/api-methods.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { answerApiCall, sendJson } from "./json-api.ts";
import { parseStreamQuery, sendLiveStream } from "./live-stream.ts";

/** Everything that the control socket answers. */
export function controlRoutes(
  supervisor: Supervisor,
  config: ConfigControl,
  methods: ApiMethods,
  onError: (error: unknown) => void,
): RequestHandler {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://control");
    if (pathname === "/api/v1/stream" && request.method === "GET") {
      return sendLiveStream(supervisor, config, parseStreamQuery(searchParams), response);
    }
    if (!pathname.startsWith("/api/v1/")) return sendJson(response, 404, { error: `nothing is at ${pathname}` });
    answerApiCall(methods, pathname.slice("/api/v1/".length), request, response).catch((error: unknown) => {
      onError(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: `internal error: ${(error as Error).message}` }, true);
    });
  };
}
