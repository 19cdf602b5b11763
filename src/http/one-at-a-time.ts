import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests that may wait on one connection before no more are read from it. */
const MOST_WAITING = 16;

/**
 * Answers the requests of one connection strictly one after another. A client may send the next call before it has the answer
 * to the one before (pipelining), and Node would begin both at once; but calls change things, so RFC 9112 (9.3.2) wants them in
 * turn, as they are with Supervisor. What is sent far ahead stays unread in the socket: nobody can fill our memory with it.
 */
export function oneAtATime(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    let line = lines.get(socket);
    if (line === undefined) {
      line = new Line(socket, handler);
      lines.set(socket, line);
    }
    line.add(request, response);
  };
}

type Pair = readonly [IncomingMessage, ServerResponse];

class Line {
  readonly #socket: Socket;
  readonly #handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #waiting: Pair[] = [];
  #current: IncomingMessage | null = null;
  #held = false;

  constructor(socket: Socket, handler: (request: IncomingMessage, response: ServerResponse) => void) {
    this.#socket = socket;
    this.#handler = handler;
    // Reading a body makes Node read on; once the body is there it need not.
    socket.on("resume", () => this.#holdBack());
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    this.#waiting.push([request, response]);
    if (this.#current === null) this.#next();
    else this.#holdBack();
  }

  #next(): void {
    const pair = this.#waiting.shift();
    this.#current = pair?.[0] ?? null;
    if (pair === undefined) return;
    const [request, response] = pair;
    // Whoever sends much ahead takes turns with the other connections.
    response.once("close", () => {
      if (this.#waiting.length === 0) this.#next();
      else setImmediate(() => this.#next());
    });
    if (this.#held && this.#waiting.length < MOST_WAITING) {
      this.#held = false;
      this.#socket.resume();
    }
    // Whoever is gone by now waits for nothing.
    if (this.#socket.destroyed) return void response.destroy();
    this.#handler(request, response);
  }

  #holdBack(): void {
    if (this.#waiting.length < MOST_WAITING || this.#current?.complete !== true) return;
    this.#held = true;
    this.#socket.pause();
  }
}
