import type { IncomingMessage, ServerResponse } from "node:http";

/** Answers a request and says so (true), or leaves it alone. */
export type OpenRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * `GET /healthz`: the daemon answers. `GET /readyz`: so do all programs; 503 if not, and while it shuts down. Both come before
 * password and origin checks, because an orchestrator's probes have neither name nor password and speak to an address: so they
 * say nothing but yes or no.
 */
export function healthRoutes(ready: () => boolean): OpenRoutes {
  return (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0];
    if (path !== "/healthz" && path !== "/readyz") return false;
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const good = path === "/healthz" || ready();
    const text = good ? "ok\n" : "not ready\n";
    response.writeHead(good ? 200 : 503, {
      "Content-Type": "text/plain",
      "Content-Length": text.length,
      "Cache-Control": "no-store",
    });
    response.end(request.method === "HEAD" ? undefined : text);
    return true;
  };
}
