import type { ChildProcess, SendHandle } from "node:child_process";
import type { FromKeeper, HeldSocket, ToKeeper } from "../../protocol/held-sockets.ts";

/**
 * Copies of the supervisor's listening sockets, held for the next supervisor. Nothing is ever accepted here: a descriptor that
 * is not listened on by this process's event loop just keeps the socket open.
 */
export class HeldSockets {
  readonly #held = new Map<string, { readonly socket: HeldSocket; readonly handle: Handle }>();

  /** Gives a new supervisor all there are, and takes what it leaves. `child` has a channel, unless it could not be started. */
  attach(child: ChildProcess): void {
    if (!child.connected) return;
    child.on("message", (message, handle) => this.#hear(child, message as ToKeeper, handle));
    say(child, { op: "held", count: this.#held.size });
    for (const { socket, handle } of this.#held.values()) say(child, { op: "socket", socket }, handle);
  }

  closeAll(): void {
    for (const { handle } of this.#held.values()) handle.close();
    this.#held.clear();
  }

  #hear(child: ChildProcess, message: ToKeeper, handle: unknown): void {
    if (message.op === "hold") {
      // Without a descriptor it did not arrive: we had none left.
      if (!isHandle(handle)) return;
      this.#drop(message.socket.name);
      this.#held.set(message.socket.name, { socket: message.socket, handle });
    } else if (message.op === "drop") {
      this.#drop(message.name);
      say(child, { op: "dropped", name: message.name });
    }
  }

  #drop(name: string): void {
    this.#held.get(name)?.handle.close();
    this.#held.delete(name);
  }
}

/** What Node's channel makes of a descriptor that is sent bare: its own class of a pipe or a TCP socket. */
type Handle = SendHandle & { close(): void };

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "close" in value;
}

/** Whether it arrives is not our concern: a supervisor that dies meanwhile is followed by one that is told the same. */
function say(child: ChildProcess, message: FromKeeper, handle?: SendHandle): void {
  if (child.connected) child.send(message, handle, () => undefined);
}
