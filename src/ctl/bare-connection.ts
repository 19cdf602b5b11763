import { connect, type Socket } from "node:net";
import { HttpAnswerReader, type HttpAnswer } from "./http-answer.ts";

/** Where to connect: a unix socket, or a host and port. */
export type ConnectTo = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * HTTP over one kept connection, one request at a time, with whole answers. `node:http` takes longer to load than a short command
 * takes for everything else together; streams still go through it.
 */
export class BareConnection {
  readonly #to: ConnectTo;
  #socket: Socket | null = null;

  constructor(to: ConnectTo) {
    this.#to = to;
  }

  /** Rejects with the system's error, or where the answer is no HTTP. */
  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<HttpAnswer> {
    const head = [
      `${method} ${path} HTTP/1.1`,
      ...Object.entries({ ...headers, "Content-Length": String(Buffer.byteLength(body)) }).map(
        ([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, "")}`,
      ),
    ];
    const request = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
    return await exchange(this.#open(), request, () => (this.#socket = null));
  }

  /** Drops the kept connection. The next request opens another one. */
  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = connect({ ...this.#to, noDelay: true });
    // One that the daemon closes between two calls is of no use to the second; a call under way is never sent twice.
    const forget = (): void => void (this.#socket === socket && (this.#socket = null));
    socket.on("end", forget).on("close", forget);
    this.#socket = socket;
    return socket;
  }
}

function exchange(socket: Socket, request: Buffer, drop: () => void): Promise<HttpAnswer> {
  const reader = new HttpAnswerReader();
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      socket.off("data", onData).off("error", onError).off("close", onClose);
      act();
    };
    const fail = (error: unknown): void =>
      finish(() => {
        drop();
        // Nobody listens any more, and an error without a listener would end the program.
        socket.on("error", () => {}).destroy();
        reject(error as Error);
      });
    const settle = (answer: HttpAnswer): void =>
      finish(() => {
        if (!answer.keepAlive) {
          drop();
          socket.on("error", () => {}).destroy();
        }
        resolve(answer);
      });
    const onData = (chunk: Buffer): void => {
      try {
        const answer = reader.take(chunk);
        if (answer !== null) settle(answer);
      } catch (error) {
        fail(error);
      }
    };
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => {
      const answer = reader.end();
      if (answer !== null) settle(answer);
      else fail(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
    };
    socket.on("data", onData).on("error", onError).on("close", onClose);
    socket.write(request);
  });
}
