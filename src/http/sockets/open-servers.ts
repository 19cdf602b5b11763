import type { LogLevel, ServerSpec } from "../../model/model.ts";
import { sendErrorPage } from "../error-page.ts";
import { createGatekeeper, type Gatekeeper } from "../access/gatekeeper.ts";
import type { OpenRoutes } from "../health-routes.ts";
import { NO_STORE, type SocketStore } from "./socket-store.ts";
import type { OpenServer, RequestHandler } from "./http-server.ts";
import { openInetServer } from "./inet-server.ts";
import { ServerProblem } from "./server-problem.ts";
import { openUnixServer } from "./unix-server.ts";

export interface OpenServersOptions {
  /** What a server answers once its checks are passed. */
  readonly routes: (server: ServerSpec) => RequestHandler;
  /** What it answers to anybody. */
  readonly open: OpenRoutes;
  /** Names of the remote interfaces, for the log. */
  readonly rpcinterfaces: readonly string[];
  readonly log: (level: LogLevel, message: string) => void;
  readonly onError: (error: unknown) => void;
  /** Absent: the sockets end with this process. */
  readonly store?: SocketStore;
}

/**
 * Opens all configured servers, in the order of the config (inet before unix). All or none: if one cannot be opened, those that
 * were are closed again.
 *
 * @throws ServerProblem
 */
export async function openServers(servers: readonly ServerSpec[], options: OpenServersOptions): Promise<OpenServer> {
  const open: OpenServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  };
  const leave = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((server) => server.leave()));
  };
  try {
    for (const server of servers) open.push(await openServer(server, options));
  } catch (error) {
    await close();
    throw error;
  }
  return { close, leave };
}

/** Opens one configured server. @throws ServerProblem */
export async function openServer(server: ServerSpec, options: OpenServersOptions): Promise<OpenServer> {
  const { log, onError, store = NO_STORE } = options;
  const inner = guarded(gatekeeperOf(server), options.routes(server), onError);
  const handler: RequestHandler = (request, response) => {
    if (!options.open(request, response)) inner(request, response);
  };
  const opened =
    server.kind === "inet"
      ? await openInetServer(server, handler, store)
      : await openUnixServer(server, handler, log, store);
  for (const name of options.rpcinterfaces) log("info", `RPC interface '${name}' initialized`);
  if (server.username === null) {
    log("critical", `Server '${server.section}' running without any HTTP authentication checking`);
  }
  return opened;
}

function gatekeeperOf(server: ServerSpec): Gatekeeper {
  try {
    return createGatekeeper(server);
  } catch (error) {
    const text = `[${server.section}] has a password that cannot be used: ${(error as Error).message}`;
    throw new ServerProblem(text, "", { cause: error });
  }
}

function guarded(gatekeeper: Gatekeeper, handler: RequestHandler, onError: (error: unknown) => void): RequestHandler {
  return (request, response) => {
    gatekeeper(request, response)
      .then((passed) => {
        if (passed && !response.destroyed) handler(request, response);
      })
      .catch((error: unknown) => {
        onError(error);
        if (response.headersSent) response.destroy();
        else sendErrorPage(response, 500);
      });
  };
}
