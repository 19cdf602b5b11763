import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listener {
  /** Stops listening, ends idle connections at once and streams with them. */
  close(): Promise<void>;
}

/** Bytes of headers; a request with more is answered 431. Nobody's cookies belong here. */
const MAX_HEADER_BYTES = 16_384;

/**
 * The control socket of a daemon: HTTP on a unix socket that only its owner can reach (0600 in a 0700 folder).
 * A socket file without a listener is left over from a crash and replaced; a live one, or anything that is not a socket,
 * makes this throw.
 */
export async function listenOnControlSocket(path: string, handler: RequestHandler): Promise<Listener> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await clearStale(path);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 0, requestTimeout: 0 }, handler);
  await listen(server, path);
  return closable(server);
}

async function clearStale(path: string): Promise<void> {
  let isSocket: boolean;
  try {
    isSocket = lstatSync(path).isSocket();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (!isSocket) throw new Error(`${path} is in the way: it is not a socket, so it was left alone`);
  if (await answers(path)) throw new Error(`another daemon already listens on ${path}`);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    // A daemon too busy to accept is still a daemon: only a refusal proves that nobody is there.
    socket.setTimeout(1000, () => end(true));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // bind() creates the file under the umask, so there is no moment in which others could connect.
    const umask = process.umask(0o177);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
    process.umask(umask);
  });
}

function closable(server: Server): Listener {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
