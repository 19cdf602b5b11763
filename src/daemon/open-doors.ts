import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { controlRoutes } from "../http/control-routes.ts";
import { EventLog } from "../http/streams/event-log.ts";
import type { OpenServer, RequestHandler } from "../http/sockets/http-server.ts";
import { healthRoutes } from "../http/health-routes.ts";
import { openServer, openServers, type OpenServersOptions } from "../http/sockets/open-servers.ts";
import { supervisorRoutes } from "../http/routes.ts";
import { inetSocketName } from "../http/sockets/inet-server.ts";
import { openUnixServer, unixSocketName } from "../http/sockets/unix-server.ts";
import type { SocketStore } from "../http/sockets/socket-store.ts";
import { auditedDispatch, auditedMethods } from "../http/web/audit.ts";
import { WebJournal } from "../http/web/journal.ts";
import { webRoutes } from "../http/web/web-routes.ts";
import type { LogLevel, Model, ServerSpec } from "../model/model.ts";
import type { ApiMethods } from "../rpc/api-methods.ts";
import { createDispatch } from "../rpc/dispatch.ts";
import type { RpcDaemon } from "../rpc/rpc-daemon.ts";
import { supervisorMethods } from "../rpc/supervisor-methods.ts";
import { allReady } from "../supervisor/all-ready.ts";

/** The ways into a daemon from outside: the control socket of `sup`, and the servers that the config names. */
export interface Doors extends OpenServer {
  /** Opens the configured servers, all or none. @throws ServerProblem */
  openConfigured(): Promise<void>;
  /** Opens what can be opened of them and logs what cannot: after a death of ours, programs run that need us. */
  reopenConfigured(): Promise<void>;
}

/** Opens the control socket; it speaks all that the configured servers speak. @throws ServerProblem, also if another daemon has it */
export async function openDoors(
  socket: string,
  model: Model,
  daemon: RpcDaemon,
  methods: ApiMethods,
  log: (level: LogLevel, message: string) => void,
  store: SocketStore,
): Promise<Doors> {
  const { supervisor, config } = daemon;
  const onError = (error: unknown): void =>
    log("error", `request failed: ${(error as Error).stack ?? String(error)}`.slice(0, 2000));
  const closing = (): boolean => supervisor.mood !== "running";
  const rpc = supervisorMethods(daemon);
  const journal = new WebJournal(supervisor, config);
  const events = new EventLog(supervisor, config);
  const rest = webRoutes({
    supervisor,
    journal,
    methods,
    dispatch: createDispatch({ methods: rpc, closing, supervisorNamespace: true }),
    actOnGet: model.supervisord.legacyGetActions,
    mainLog: daemon.mainLog.path,
    log,
    // Beside the bundle in the installed package.
    folder: join(__dirname, "../templates/web"),
    rest: controlRoutes({
      supervisor,
      events,
      keeper: daemon.epoch,
      methods: auditedMethods(methods, journal),
      openapi: join(__dirname, "../docs/reference/openapi.json"),
      onError,
    }),
    onError,
  });
  const routes = (supervisorNamespace: boolean): RequestHandler => {
    const dispatch = auditedDispatch(createDispatch({ methods: rpc, closing, supervisorNamespace }), journal);
    return supervisorRoutes({ dispatch, supervisor, mainLog: daemon.mainLog.path, rest, onError, log });
  };

  const health = healthRoutes(() => allReady(supervisor));
  const control = routes(true);
  const answer: RequestHandler = (request, response) => {
    if (!health(request, response)) control(request, response);
  };
  const controlSpec = controlSocket(socket);
  // First, because a socket of the model before may be in the way of one of this model.
  await store.retain([controlSpec, ...model.servers].map(socketName));
  // The keeper's records may have gone with the socket: it looks for them whenever it has something to write.
  const onRepair = (): void => daemon.keeper.acknowledge(0, {});
  const open: OpenServer[] = [await openUnixServer(controlSpec, answer, log, store, { ownFolder: true, onRepair })];
  const options: OpenServersOptions = {
    open: health,
    routes: () => routes(model.rpcinterfaces.includes("supervisor")),
    rpcinterfaces: model.rpcinterfaces,
    log,
    onError,
    store,
  };
  return {
    async openConfigured() {
      open.push(await openServers(model.servers, options));
    },
    async reopenConfigured() {
      for (const server of model.servers) {
        try {
          open.push(await openServer(server, options));
        } catch (error) {
          log("critical", `server '${server.section}' could not be opened again: ${(error as Error).message}`);
        }
      }
    },
    async close() {
      events.end();
      await Promise.all(open.splice(0).map((server) => server.close()));
    },
    async leave() {
      await Promise.all(open.splice(0).map((server) => server.leave()));
    },
  };
}

/** Only its owner can reach it: 0600 in a 0700 folder. */
function controlSocket(file: string): Extract<ServerSpec, { readonly kind: "unix" }> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return { kind: "unix", section: "control", file, chmod: 0o600, chown: null, username: null, password: null };
}

function socketName(server: ServerSpec): string {
  return server.kind === "unix" ? unixSocketName(server) : inetSocketName(server);
}
