import type { SendHandle } from "node:child_process";
import { lstatSync, unlinkSync } from "node:fs";
import { NO_STORE, type LeftSocket, type SocketStore } from "../http/sockets/socket-store.ts";
import type { FromKeeper, ToKeeper } from "../protocol/held-sockets.ts";

/**
 * Asks the keeper for the sockets of the supervisor before us, over the channel that it opened with us; an older keeper opens
 * none, and then there are none.
 */
export async function receiveSockets(channel: NodeJS.Process = process): Promise<SocketStore> {
  if (channel.send === undefined) return NO_STORE;
  const left = new Map<string, LeftSocket>();
  const dropping = new Map<string, () => void>();
  const say = (message: ToKeeper, handle?: SendHandle): void =>
    void channel.send?.(message, handle, undefined, () => undefined);
  const drop = (name: string): Promise<void> =>
    new Promise((resolve) => {
      if (!channel.connected) return resolve();
      dropping.set(name, resolve);
      say({ op: "drop", name });
    });
  await new Promise<void>((resolve) => {
    let missing = Infinity;
    channel.on("message", (message, handle) => {
      const said = message as FromKeeper;
      if (said.op === "held") missing = said.count;
      else if (said.op === "socket") {
        missing--;
        if (typeof handle === "object" && handle !== null)
          left.set(said.socket.name, { ...said.socket, handle: handle as LeftSocket["handle"] });
      } else if (said.op === "dropped") {
        dropping.get(said.name)?.();
        dropping.delete(said.name);
      }
      if (missing === 0) resolve();
    });
    // The keeper is gone, and soon so are we.
    channel.once("disconnect", () => {
      for (const done of dropping.values()) done();
      resolve();
    });
  });
  return {
    take(name) {
      const found = left.get(name) ?? null;
      left.delete(name);
      return found;
    },
    // Node sends a server by making another one of it that accepts too; a bare descriptor stays what it is.
    hold: (socket, server) => say({ op: "hold", socket }, (server as unknown as { _handle: SendHandle })._handle),
    drop,
    async retain(names) {
      const rest = [...left.values()].filter((socket) => !names.includes(socket.name));
      await Promise.all(
        rest.map(async (socket) => {
          left.delete(socket.name);
          removeFile(socket);
          socket.handle.close?.();
          await drop(socket.name);
        }),
      );
    },
  };
}

/** Its file goes with it, unless the name is somebody else's by now. */
function removeFile({ file, identity }: LeftSocket): void {
  if (file === null) return;
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found !== undefined && `${found.dev}:${found.ino}` === identity) unlinkSync(file);
}
