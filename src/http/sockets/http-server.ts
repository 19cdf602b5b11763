import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { oneAtATime } from "../one-at-a-time.ts";
import { Connections } from "./connections.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** One or more open doors. */
export interface OpenServer {
  /** Stops listening, ends idle connections at once and streams with them. */
  close(): Promise<void>;
  /** The same for us, but whoever holds the sockets keeps them, and clients wait for whoever takes them up. */
  leave(): Promise<void>;
}

/** Bytes of an address and headers, 431 above: a thousand programs may be ticked for their logs. Nobody's cookies belong here. */
const MAX_HEADER_BYTES = 65_536;
const MAX_TCP_CONNECTIONS = 256;
/** Milliseconds after which the system asks whether the other machine is still there: one that vanished says no goodbye. */
const ASK_AFTER = 60_000;
/** Milliseconds: the longest that a timer can have, 24 days. */
const NEVER = 2 ** 31 - 1;

/**
 * A server with the limits that every door has. Idle connections are kept open (superlance reuses one after a minute without a
 * second try), a `Host` is not asked for (hand-written clients leave it out), and an answer may take as long as it takes: the
 * limits of time are on the arrival of a request. They are for TCP; who reaches a unix socket is trusted to finish.
 */
export function createHttpServer(tcp: boolean, handler: RequestHandler): Server {
  const connections = new Connections(tcp ? MAX_TCP_CONNECTIONS : Infinity, () => performance.now());
  const answer = oneAtATime(handler);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 0,
      keepAlive: tcp,
      keepAliveInitialDelay: ASK_AFTER,
      requireHostHeader: false,
      requestTimeout: tcp ? 10_000 : 0,
      headersTimeout: tcp ? 5000 : 0,
      // How often Node looks for late requests: its 30 s would make 5 s a word only; and where nothing is late it need not look, since
      // each look wakes a daemon that idles.
      connectionsCheckingInterval: tcp ? 2500 : NEVER,
    },
    (request, response) => {
      connections.begin(request, response);
      response.setHeader("Server", "sup");
      request.url = withoutAuthority(request.url ?? "/");
      answer(request, response);
    },
  );
  // Node's own, and not in its types: who has sent all that it wants to ask is answered (`Connections` sees to its end).
  Object.assign(server, { httpAllowHalfOpen: true });
  if (tcp) server.maxConnections = MAX_TCP_CONNECTIONS;
  server.on("connection", (socket: Socket) => connections.add(socket));
  // Room for the next.
  server.on("drop", () => connections.makeRoom());
  connectionsOf.set(server, connections);
  // What a request expects (`Expect: x`) is not looked at, and is no reason for Node's own 417.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // What came before it is answered first: the call has been made, and an answer may be half sent.
    connections.whenAnswered(socket, () => answerBadRequest(error, socket));
  });
  return server;
}

/** Of an absolute URI, as proxies are asked with, only what comes after the host counts: the door that it came through is what is meant. */
function withoutAuthority(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*\/?/i, "/");
}

/** Ends a server of ours with all its connections: a log stream would keep it open for ever. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of connectionsOf.get(server)?.sockets ?? []) endSoon(socket);
  });
}

/** What has been said is still sent, such as the last change of state; whoever does not take it is not waited for. */
function endSoon(socket: Socket): void {
  if (socket.writableLength === 0) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS);
  socket.once("close", () => clearTimeout(timer));
  socket.destroySoon();
}

/** Milliseconds. */
const LAST_WORDS = 500;

const connectionsOf = new WeakMap<Server, Connections>();

/** What is no HTTP, too long or too late: a line to say so, and the end of the connection. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // More than was to come after the last request: its answer is still under way, and closes the connection.
  if (error.code === "HPE_CLOSED_CONNECTION") return;
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "408 Request Timeout"
        : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nServer: sup\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
