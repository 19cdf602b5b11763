import type { ServerSpec } from "../model/model.ts";
import { closeHttpServer, createHttpServer, type Listener, type RequestHandler } from "./http-server.ts";
import { whyNotOpened } from "./server-problem.ts";

/** Listens on a TCP port, IPv4 only. @throws ServerProblem */
export async function openInetServer(
  spec: Extract<ServerSpec, { readonly kind: "inet" }>,
  handler: RequestHandler,
): Promise<Listener> {
  const server = createHttpServer(true, handler);
  const host = spec.host === "" ? "0.0.0.0" : spec.host;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(whyNotOpened(error, `${host}:${spec.port}`)));
    server.listen({ port: spec.port, host, backlog: 1024 }, resolve);
  });
  server.removeAllListeners("error");
  return { close: () => closeHttpServer(server) };
}
