import * as fs from "node:fs";
import * as net from "node:net";

/**
 * The writing end of a program's stdin, opened at the first write: most programs are never written to. The program holds
 * the FIFO read-write, so it never sees an end of file, whatever happens here.
 */
export class StdinQueue {
  readonly #fifo: string;
  #socket: net.Socket | null = null;
  #last: string | undefined;

  constructor(fifo: string) {
    this.#fifo = fifo;
  }

  /** Somebody has written to it. */
  get used(): boolean {
    return this.#socket !== null;
  }

  /** Takes all of `bytes` or, if more than 1 MiB is queued already, none. What had the name `once` last is not taken again. */
  write(bytes: Uint8Array, once?: string): "queued" | "full" | "closed" {
    if (once !== undefined && once === this.#last) return "queued";
    const socket = this.#open();
    if (socket === null) return "closed";
    if (socket.writableLength > QUEUE_CAP) return "full";
    socket.write(Buffer.from(bytes));
    this.#last = once ?? this.#last;
    return "queued";
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): net.Socket | null {
    if (this.#socket !== null) return this.#socket;
    try {
      // Fails with ENXIO when nobody has it open for reading.
      const fd = fs.openSync(this.#fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
      const socket = new net.Socket({ fd, readable: false, writable: true });
      // EPIPE: the program closed its stdin. The next write opens anew, and finds out.
      socket.on("error", () => this.close());
      this.#socket = socket;
    } catch {
      return null;
    }
    return this.#socket;
  }
}

const QUEUE_CAP = 1024 * 1024;
