import * as fs from "node:fs";
import * as net from "node:net";
import type { Writable } from "node:stream";
import { openSafely } from "../../files/open-safely.ts";
import type { LogTarget, WriteCount } from "./log-target.ts";
import { errnoOf } from "../kernel/errno.ts";

/**
 * A log target that is not a file on disk: a terminal, a pipe, `/dev/stdout`. It is only written to: no rotation, no
 * emptying. Its reader may be slow or stopped, and must not stop anybody else, so writes are asynchronous with one in
 * flight, and `busy` makes the stream pause: the program then waits, as it would with the same thing as its own stdout.
 */
export class PlainTarget implements LogTarget {
  readonly path: string;
  readonly #stream: Writable;
  readonly #owned: boolean;
  #failing: string | null = null;
  #waiting: (() => void)[] = [];

  /** Throws the system's error. */
  constructor(path: string) {
    this.path = path;
    const { stream, owned } = openPlain(path);
    this.#stream = stream;
    this.#owned = owned;
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
    // Streams pause long before that; what cannot pause, such as the daemon's own log, must not fill the memory.
    const full = this.#stream.writableLength > HARD_CAP;
    if (this.#failing !== null || full) return { logged: 0, dropped: chunk.length };
    // Not `slice`: that of a Buffer is the same memory, which the next read overwrites.
    this.#stream.write(Buffer.from(chunk));
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

  close(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once("close", resolve);
      // Not `end`: a pipe cannot be shut down like a socket. An empty write is called back after all before it.
      stream.write(new Uint8Array(0), () => {
        // Our own standard output is not ours to close; `destroy` would do so, whatever it was opened with.
        if (this.#owned) stream.destroy();
        else resolve();
      });
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}

const QUEUE_CAP = 256 * 1024;
/** More than a stream that has paused may still bring: what its FIFO holds. */
const HARD_CAP = 32 * 1024 * 1024;

/**
 * Whether that is our own output by one of its names. Also a file that we were sent to is no log of ours: it is not rotated, and may have
 * no name that leads to it from here (deleted since, or outside of a chroot).
 */
export function isOwnStream(path: string): boolean {
  return OWN_STREAMS.has(path);
}

/**
 * Opened anew by name, even if we have it open: so that its flags are our own business. A pipe is waited for by the event loop;
 * writes to anything else take one of Node's few threads each, which a handful of stuck pipes would use up.
 */
function openPlain(path: string): { stream: Writable; owned: boolean } {
  const { O_RDWR, O_WRONLY, O_NOCTTY, O_NONBLOCK } = fs.constants;
  const own = OWN_STREAMS.get(path);
  try {
    const found = fs.statSync(path);
    // A file that is our standard output is written where we are in it; opened anew, it would begin again.
    if (own !== undefined && found.isFile()) return borrow(path, own);
    // What leads to our own descriptors are links, but nobody's.
    const isTrusted = own !== undefined || /^\/(?:proc|dev)\//.test(path);
    const open = isTrusted ? fs.openSync : openSafely;
    if (!found.isFIFO()) {
      const fd = isTrusted ? fs.openSync(path, O_WRONLY | O_NOCTTY) : openDevice(path);
      return { stream: fs.createWriteStream(path, { fd }), owned: true };
    }
    // Without a reader, a named one cannot be opened for writing alone, and would fail for ever once its reader leaves.
    const fd = open(path, (hasName(path) ? O_RDWR : O_WRONLY) | O_NONBLOCK);
    return { stream: new net.Socket({ fd, readable: false, writable: true }), owned: true };
  } catch (error) {
    // A socket cannot be opened by name (systemd's journal is one), nor can a pipe that root made for another user. As our own
    // stdout it can be written to.
    if (own === undefined || !["ENXIO", "EACCES"].includes(errnoOf(error))) throw error;
    return borrow(path, own);
  }
}

/**
 * Opens what was no FIFO when it was looked at. Its owner may have put one in its place since, and that must not be waited for; nor must
 * writes to a terminal fail because nobody waits. So it is opened twice, the second time by the descriptor of the first. Throws the
 * system's error; ENXIO for such a FIFO.
 */
function openDevice(path: string): number {
  const { O_WRONLY, O_NOCTTY, O_NONBLOCK } = fs.constants;
  const fd = openSafely(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
  try {
    if (fs.fstatSync(fd).isFIFO()) throw Object.assign(new Error(`${path} has become a FIFO`), { code: "ENXIO" });
    const same = `/proc/self/fd/${fd}`;
    return fs.existsSync(same) ? fs.openSync(same, O_WRONLY | O_NOCTTY) : openSafely(path, O_WRONLY | O_NOCTTY);
  } finally {
    fs.closeSync(fd);
  }
}

function borrow(path: string, fd: number): { stream: Writable; owned: boolean } {
  return { stream: fs.createWriteStream(path, { fd, autoClose: false }), owned: false };
}

/** Whether it stands in a folder; `/dev/stdout` may lead to a pipe that does not. */
function hasName(path: string): boolean {
  try {
    fs.realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

const OWN_STREAMS: ReadonlyMap<string, number> = new Map([
  ["/dev/stdout", 1],
  ["/dev/fd/1", 1],
  ["/proc/self/fd/1", 1],
  ["/dev/stderr", 2],
  ["/dev/fd/2", 2],
  ["/proc/self/fd/2", 2],
]);
