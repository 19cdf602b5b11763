import type { IncomingMessage, ServerResponse } from "node:http";
import type { LogLevel } from "../model/model.ts";
import type { Dispatch } from "../rpc/dispatch-type.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { sendErrorPage } from "./error-page.ts";
import type { RequestHandler } from "./sockets/http-server.ts";
import { sendMainLog, sendProcessLog } from "./streams/log-stream.ts";
import { answerRpc } from "./rpc-route.ts";

export interface RouteParts {
  readonly dispatch: Dispatch;
  readonly supervisor: Supervisor;
  /** The daemon's log that is written now; `null` if it is no file. */
  readonly mainLog: string | null;
  /** Whatever is none of Supervisor's addresses. */
  readonly rest: RequestHandler;
  readonly onError: (error: unknown) => void;
  /** Told of each XML-RPC call, and of each request that is none. */
  readonly log: (level: LogLevel, message: string) => void;
}

/**
 * Supervisor's addresses, the first that fits: `/RPC2...`, `/logtail...`, `/mainlogtail...`, `/ok.html`; the rest is handed on.
 */
export function supervisorRoutes(parts: RouteParts): RequestHandler {
  const { dispatch, supervisor, onError } = parts;
  return (request, response) => {
    try {
      route(request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) response.destroy();
      else sendErrorPage(response, 500);
    }
  };

  function route(request: IncomingMessage, response: ServerResponse): void {
    const path = decodedPath(request.url ?? "/");
    if (path.startsWith("/RPC2")) {
      answerRpc(request, response, { dispatch, onError, log: parts.log }).catch((error: unknown) => {
        // The client went away in the middle of its request, or before its answer.
        if (!request.destroyed && !response.destroyed) onError(error);
        response.destroy();
      });
    } else if (path.startsWith("/logtail")) {
      sendProcessLog(supervisor, path, request, response);
    } else if (path.startsWith("/mainlogtail")) {
      sendMainLog(parts.mainLog, request, response);
    } else if (path.replace(/^\/+/, "") === "ok.html") {
      sendOk(request, response);
    } else {
      parts.rest(request, response);
    }
  }
}

/** Percent-decoded, without the query. What is not valid encoding stays as it is and will not be found. */
function decodedPath(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** For health checks: says that the daemon answers, also while it shuts down. */
function sendOk(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET" && request.method !== "POST" && request.method !== "HEAD") {
    return sendErrorPage(response, 400);
  }
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": 2 });
  response.end(request.method === "HEAD" ? undefined : "OK");
}
