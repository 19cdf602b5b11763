import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Milliseconds for which a connection may wait for its next request where others find no room. */
const IDLE_LONG = 120_000;

/** Milliseconds after the last word of a client in which what it asked for is still answered. */
const LAST_ANSWER = 10_000;

interface Connection {
  /** Requests whose answers are not finished, those that wait in line among them. */
  underWay: number;
  /** The one that came last. */
  last: IncomingMessage | null;
  /** Since when nothing is under way, milliseconds. */
  idleSince: number;
  /** To be done once nothing is under way. */
  afterwards: (() => void) | null;
}

/**
 * The open connections of one server. Idle ones are kept for ever, since clients rely on it; but a client that leaks them would in
 * the end lock out everybody else. So once there are as many as there may be, the one that has been idle for longest gives way to
 * who comes next, if that is two minutes at least. If there is none, who comes is turned away, by the server: thousands may come at
 * once, and that costs nothing.
 */
export class Connections {
  readonly #most: number;
  readonly #now: () => number;
  readonly #lastAnswer: number;
  /** Those that have been idle for longest come first among the idle. */
  readonly #open = new Map<Socket, Connection>();

  /** @param most connections of the server (`maxConnections`). @param now monotonic milliseconds. */
  constructor(most: number, now: () => number, lastAnswer = LAST_ANSWER) {
    this.#most = most;
    this.#now = now;
    this.#lastAnswer = lastAnswer;
  }

  /** All of them. */
  get sockets(): Iterable<Socket> {
    return this.#open.keys();
  }

  /** A new one. */
  add(socket: Socket): void {
    this.#open.set(socket, { underWay: 0, last: null, idleSince: this.#now(), afterwards: null });
    socket.once("close", () => this.#open.delete(socket));
    socket.once("end", () => this.#hangUpSoon(socket));
    if (this.#open.size >= this.#most) this.makeRoom();
  }

  /** Closes the one that has been idle for longest, if that is long enough. */
  makeRoom(): void {
    for (const [socket, { underWay, idleSince }] of this.#open) {
      if (underWay > 0) continue;
      if (this.#now() - idleSince >= IDLE_LONG) socket.destroy();
      return;
    }
  }

  /** A request has come on one of them. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.underWay++;
    connection.last = request;
    response.once("close", () => {
      if (--connection.underWay > 0 || this.#open.get(socket) !== connection) return;
      // Moved to the end.
      this.#open.delete(socket);
      this.#open.set(socket, connection);
      connection.idleSince = this.#now();
      connection.afterwards?.();
    });
  }

  /**
   * Calls back once all requests that came whole on this connection are answered: at once if there is none, if the last one
   * has not come whole, or if nobody is there any more. Of several only the first is called.
   */
  whenAnswered(socket: Socket, then: () => void): void {
    const connection = this.#open.get(socket);
    const waits = !socket.destroyed && connection?.last?.complete === true && connection.underWay > 0;
    if (waits) connection.afterwards ??= then;
    else then();
  }

  /**
   * A client that sends no more may wait for its answer still (`nc -N`, `socat`), or may be gone: nothing tells. So it gets a
   * moment. An answer that takes longer, or never ends, is for nobody.
   */
  #hangUpSoon(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), this.#lastAnswer);
    socket.once("close", () => clearTimeout(timer));
  }
}
