import * as fs from "node:fs";
import type { LogTarget, WriteCount } from "./log-target.ts";
import { errnoOf } from "./errno.ts";

/**
 * A log target that is not a file on disk: a terminal, a pipe, `/dev/stdout`. It is only written to: no rotation, no
 * emptying. Its reader may be slow or stopped, and must not stop anybody else, so writes are asynchronous with one in
 * flight, and `busy` makes the stream pause: the program then waits, as it would with the same thing as its own stdout.
 */
export class PlainTarget implements LogTarget {
  readonly path: string;
  readonly #stream: fs.WriteStream;
  #failing: string | null = null;
  #waiting: (() => void)[] = [];

  /** Throws the system's error. */
  constructor(path: string) {
    this.path = path;
    const { fd, owned } = openPlain(path);
    this.#stream = fs.createWriteStream(path, { fd, autoClose: owned });
    this.#stream.on("error", (error) => {
      this.#failing = errnoOf(error);
      this.#wake();
    });
    this.#stream.on("drain", () => this.#wake());
  }

  get failing(): string | null {
    return this.#failing;
  }

  get busy(): boolean {
    return this.#failing === null && this.#stream.writableLength > QUEUE_CAP;
  }

  write(chunk: Uint8Array): WriteCount {
    if (this.#failing !== null) return { logged: 0, dropped: chunk.length };
    this.#stream.write(chunk.slice());
    return { logged: chunk.length, dropped: 0 };
  }

  onDrain(callback: () => void): void {
    this.#waiting.push(callback);
  }

  setLimits(): void {
    // Nothing to rotate.
  }

  reopen(): void {
    // Nothing can have been renamed.
  }

  clear(): void {
    // What a terminal or pipe was told cannot be taken back.
  }

  close(): void {
    this.#stream.end();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}

const QUEUE_CAP = 256 * 1024;

function openPlain(path: string): { fd: number; owned: boolean } {
  // A FIFO without a reader would block an O_WRONLY open for ever; opened for both it never does.
  const fifo = fs.statSync(path).isFIFO();
  try {
    const flags = (fifo ? fs.constants.O_RDWR : fs.constants.O_WRONLY) | fs.constants.O_NOCTTY;
    return { fd: fs.openSync(path, flags), owned: true };
  } catch (error) {
    // A socket cannot be opened by name, but as our own stdout it can be written to (systemd's journal is one).
    const own = OWN_STREAMS.get(path);
    if (own === undefined || errnoOf(error) !== "ENXIO") throw error;
    return { fd: own, owned: false };
  }
}

const OWN_STREAMS: ReadonlyMap<string, number> = new Map([
  ["/dev/stdout", 1],
  ["/dev/stderr", 2],
]);
