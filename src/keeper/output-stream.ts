import * as fs from "node:fs";
import * as net from "node:net";
import { ChatDetector, ChattyStreams, type ChattyStream } from "./chatty-streams.ts";
import { errnoOf } from "./errno.ts";

/**
 * The reading end of one stream's FIFO. The keeper opens it for reading only, so that the kernel says when the last
 * process that could write to it is gone (`ended`); the program's own descriptor is read-write, so it never gets SIGPIPE.
 */
export class OutputStream implements ChattyStream {
  readonly #fd: number;
  readonly #socket: net.Socket;
  readonly #take: (chunk: Uint8Array) => void;
  readonly #mayWait: () => boolean;
  readonly #chat = new ChatDetector();
  #chatters = false;
  #paused = false;
  #ended = false;

  /**
   * `take` gets chunks of memory that is reused: copy what must last. `ended` is called once, after the last byte. `mayWait`:
   * nobody waits for an answer in it, so short chunks may come some milliseconds later, together.
   */
  constructor(
    fifo: string,
    take: (chunk: Uint8Array) => void,
    ended: () => void,
    mayWait: () => boolean = () => false,
  ) {
    this.#take = take;
    this.#mayWait = mayWait;
    this.#fd = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const options: net.SocketConstructorOpts & { onread: net.OnReadOpts } = {
      fd: this.#fd,
      readable: true,
      writable: false,
      onread: {
        buffer: SHARED,
        callback: (length, buffer) => {
          take(buffer.subarray(0, length));
          if (!this.#chat.read(length, performance.now()) || this.#paused || !mayWait()) return true;
          this.#chatters = true;
          CHATTY.add(this);
          return false;
        },
      },
    };
    this.#socket = new net.Socket(options);
    const end = (): void => {
      if (this.#ended) return;
      this.#ended = true;
      ended();
    };
    this.#socket.on("error", () => this.#socket.destroy());
    // Not only on "close": that comes a turn later, and the life FIFO must be heard before the exit of its program.
    this.#socket.on("end", end);
    this.#socket.on("close", end);
  }

  /** Nothing can be written to it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Asks the kernel, now, whether anybody can write to it. For one that nobody writes to, such as a life FIFO. */
  hasWriters(): boolean {
    if (this.#ended || this.#socket.destroyed) return false;
    try {
      return fs.readSync(this.#fd, SHARED) > 0;
    } catch (error) {
      return errnoOf(error) === "EAGAIN";
    }
  }

  /** Reads what is there now. Bounded, because a surviving grandchild may write faster than this reads. */
  drain(): void {
    for (let total = 0; !this.#ended && !this.#socket.destroyed && total < DRAIN_CAP;) {
      let length: number;
      try {
        length = fs.readSync(this.#fd, SHARED);
      } catch (error) {
        if (errnoOf(error) !== "EAGAIN") this.#socket.destroy();
        return;
      }
      if (length === 0) {
        // No writer is left. A FIFO that had none since it was opened (adoption) would never say so by itself.
        this.#socket.destroy();
        return;
      }
      total += length;
      this.#take(SHARED.subarray(0, length));
    }
  }

  /** One read: what comes in so little time is less than a FIFO holds. */
  readChat(): boolean {
    if (!this.#chatters || this.#ended || this.#socket.destroyed) return false;
    if (this.#paused) return true;
    let length = 0;
    try {
      length = fs.readSync(this.#fd, SHARED);
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") this.#socket.destroy();
    }
    if (length > 0) this.#take(SHARED.subarray(0, length));
    if (length > 0 && length < SHARED.length && this.#mayWait()) return true;
    this.#chatters = false;
    this.#chat.reset();
    // The end, if it is one, is heard like any other.
    if (!this.#paused && !this.#socket.destroyed) this.#socket.resume();
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#chatters) this.#socket.resume();
  }

  close(): void {
    CHATTY.delete(this);
    this.#socket.destroy();
  }
}

const CHATTY = new ChattyStreams();
/** One buffer for every stream: a chunk is dealt with before the next is read. As large as a FIFO. */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);
/** More than any pipe of an unprivileged program can hold (/proc/sys/fs/pipe-max-size is 1 MiB). */
const DRAIN_CAP = 16 * 1024 * 1024;
