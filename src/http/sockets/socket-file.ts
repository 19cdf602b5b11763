import type { Server } from "node:http";
import { lstatSync } from "node:fs";
import { connect } from "node:net";

/**
 * Whether nobody listens on a socket file any more; `null` if there is no file.
 *
 * @throws Error for a file that is no socket: it is not ours to touch.
 */
export async function isStale(path: string): Promise<boolean | null> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isSocket()) throw new Error(`${path} is in the way: it is not a socket, so it was left alone`);
  return !(await answers(path));
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

/** Listens on a unix socket whose file has `mode` from its first moment on. */
export function listenPrivately(server: Server, path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // bind() makes the file under the umask: there is no moment in which others could connect, and no later chmod that could
    // reach a file that was put in its place.
    const umask = process.umask(0o777 & ~mode);
    try {
      server.listen({ path, backlog: 1024 }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
}
