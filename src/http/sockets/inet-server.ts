import type { Server } from "node:http";
import type { ServerSpec } from "../../model/model.ts";
import { listenOnLeft, type SocketStore } from "./socket-store.ts";
import { closeHttpServer, createHttpServer, type OpenServer, type RequestHandler } from "./http-server.ts";
import { whyNotOpened } from "./server-problem.ts";

type InetSpec = Extract<ServerSpec, { readonly kind: "inet" }>;

/** What a listening socket of this spec is called where it is held. */
export function inetSocketName({ host, port }: InetSpec): string {
  return `inet ${host === "" ? "0.0.0.0" : host}:${port}`;
}

/** Listens on a TCP port; of an address of IPv6 as in a URL, `[::1]`, without its brackets. @throws ServerProblem */
export async function openInetServer(spec: InetSpec, handler: RequestHandler, store: SocketStore): Promise<OpenServer> {
  const server = createHttpServer(true, handler);
  const name = inetSocketName(spec);
  const host = spec.host === "" ? "0.0.0.0" : spec.host;
  const left = store.take(name);
  if (left === null) {
    await listen(server, host, spec.port);
    store.hold({ name, file: null, identity: "" }, server);
  } else await listenOnLeft(server, left);
  return {
    close: async () => {
      await Promise.all([closeHttpServer(server), store.drop(name)]);
    },
    leave: () => closeHttpServer(server),
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(whyNotOpened(error, `${host}:${port}`)));
    server.listen({ port, host: host.replace(/^\[(.*)\]$/, "$1"), backlog: 1024 }, resolve);
  });
  server.removeAllListeners("error");
}
