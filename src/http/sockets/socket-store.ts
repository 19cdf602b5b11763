import type { Server } from "node:net";
import type { HeldSocket } from "../../protocol/held-sockets.ts";

/** Where listening sockets are left so that they outlive this process, and where those of an earlier one are found. */
export interface SocketStore {
  /** Gives up all that an earlier process left and that have none of these names: nobody wants them any more. */
  retain(names: readonly string[]): Promise<void>;
  /** The socket of that name that an earlier process left. It is given once. */
  take(name: string): LeftSocket | null;
  /** Leaves a copy of the socket that `server` listens on. */
  hold(socket: HeldSocket, server: Server): void;
  /** Gives up a socket: nobody listens on it any more once our own copy is closed too. */
  drop(name: string): Promise<void>;
}

export interface LeftSocket extends HeldSocket {
  /** What `server.listen` takes. */
  readonly handle: { close?(): void };
}

/** For a process whose sockets end with it. */
export const NO_STORE: SocketStore = {
  retain: async () => undefined,
  take: () => null,
  hold: () => undefined,
  drop: async () => undefined,
};

/** Listens on a socket that an earlier process left: who is waiting in its queue is accepted first. */
export function listenOnLeft(server: Server, left: LeftSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(left.handle, 1024, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
