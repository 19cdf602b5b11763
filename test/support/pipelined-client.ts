import { connect, type NetConnectOpts, type Socket } from "node:net";

export interface PipelinedAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly body: Buffer;
}

/**
 * XML-RPC calls over one connection that stays open: any number may be sent before the first answer is there, and they are
 * answered in order. Reads only what it needs of HTTP, because the server is what is under test, and measured. After the
 * connection was closed the next call opens another.
 */
export class PipelinedClient {
  /** Connections that were opened. */
  connections = 0;
  readonly #where: NetConnectOpts;
  #socket: Socket | null = null;
  #waiting: ((answer: PipelinedAnswer) => void)[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(where: NetConnectOpts) {
    this.#where = where;
  }

  /** Sends the body of a call. @param headers lines, each with its CRLF. */
  call(body: Buffer | string, headers = ""): Promise<PipelinedAnswer> {
    const bytes = Buffer.from(body);
    const head = `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`;
    return this.send(Buffer.concat([Buffer.from(head), bytes]));
  }

  /** Sends one whole request. */
  send(request: Buffer | string): Promise<PipelinedAnswer> {
    return new Promise((resolve) => {
      const socket = this.#open();
      this.#waiting.push(resolve);
      socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = connect(this.#where);
    this.connections++;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      if (this.#socket === socket) this.#take(chunk);
    });
    socket.on("error", () => {});
    socket.once("close", () => this.#lost(socket));
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const headEnd = this.#received.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const head = this.#received.toString("latin1", 0, headEnd);
      const length = Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (this.#received.length < end) return;
      const body = Buffer.from(this.#received.subarray(headEnd + 4, end));
      this.#received = this.#received.subarray(end);
      this.#waiting.shift()?.({ status: Number(head.split(" ", 2)[1]), body });
    }
  }

  #lost(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#received = Buffer.alloc(0);
    for (const answer of this.#waiting.splice(0)) answer({ status: 0, body: Buffer.alloc(0) });
  }
}
