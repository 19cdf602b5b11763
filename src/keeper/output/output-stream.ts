import * as fs from "node:fs";
import * as net from "node:net";
import { ChatDetector, ChattyStreams, type ChattyStream } from "./chatty-streams.ts";
import { errnoOf } from "../kernel/errno.ts";
import type { NewStream, NewStreams } from "./new-streams.ts";

/**
 * The reading end of one stream's FIFO. The keeper opens it for reading only, so that the kernel says when the last
 * process that could write to it is gone (`ended`); the program's own descriptor is read-write, so it never gets SIGPIPE.
 */
export class OutputStream implements ChattyStream, NewStream {
  readonly #fd: number;
  /** What we are woken through; `null` before `listen`. */
  #socket: net.Socket | null = null;
  readonly #reader: StreamReader;
  /** Most programs write little or nothing: made at the first read. */
  #chat: ChatDetector | null = null;
  #chatters = false;
  /** Where it waits to be listened to; `null`: it does not. */
  #later: NewStreams | null;
  #paused = false;
  #closed = false;
  #ended = false;

  /**
   * @param fifo its path, or a descriptor that is this object's from now on. Throws the system's error.
   * @param later where it goes until it is listened to; `null`: it is at once
   */
  constructor(fifo: string | number, reader: StreamReader, later: NewStreams | null = null) {
    this.#reader = reader;
    this.#fd = typeof fifo === "number" ? fifo : fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    this.#later = later;
    if (later === null) this.listen();
    else later.add(this);
  }

  listen(): void {
    this.#leave();
    if (this.#closed || this.#socket !== null) return;
    const options: net.SocketConstructorOpts & { onread: net.OnReadOpts } = {
      fd: this.#fd,
      readable: true,
      writable: false,
      onread: { buffer: SHARED, callback: (length, buffer) => this.#read(length, buffer) },
    };
    const socket = new FifoSocket(options);
    socket.stream = this;
    this.#socket = socket;
    socket.on("error", destroy);
    // Not only on "close": that comes a turn later, and a life FIFO must be heard before the exit of its program.
    socket.on("end", tellEnd);
    socket.on("close", tellEnd);
    if (this.#paused) socket.pause();
  }

  #leave(): void {
    this.#later?.delete(this);
    this.#later = null;
  }

  /** Nothing can be written to it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Its descriptor is closed, or somebody else's by now. */
  get closed(): boolean {
    return this.#closed || this.#ended || (this.#socket?.destroyed ?? false);
  }

  /** Reads what is there now. Bounded, because a surviving grandchild may write faster than this reads. */
  drain(): void {
    for (let total = 0; !this.closed && total < DRAIN_CAP;) {
      let length: number;
      try {
        length = fs.readSync(this.#fd, SHARED);
      } catch (error) {
        if (errnoOf(error) !== "EAGAIN") this.#over();
        return;
      }
      if (length === 0) {
        // No writer is left. A FIFO that had none since it was opened (adoption) would never say so by itself.
        this.#over();
        return;
      }
      total += length;
      this.#reader.take(SHARED.subarray(0, length));
    }
  }

  /** One read: what comes in so little time is less than a FIFO holds. */
  readChat(): boolean {
    if (!this.#chatters || this.closed) return false;
    if (this.#paused) {
      // Until it is resumed, which may take as long as its log is stuck, there is nothing to look for.
      this.#chatters = false;
      this.#chat?.reset();
      return false;
    }
    let length = 0;
    try {
      length = fs.readSync(this.#fd, SHARED);
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") this.close();
    }
    if (length > 0) this.#reader.take(SHARED.subarray(0, length));
    if (length > 0 && length < SHARED.length && this.#reader.mayWait()) return true;
    this.#chatters = false;
    this.#chat?.reset();
    // The end, if it is one, is heard like any other.
    if (!this.#paused && !this.closed) this.#socket?.resume();
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#chatters) this.#socket?.resume();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    CHATTY.delete(this);
    this.#leave();
    if (this.#socket === null) fs.closeSync(this.#fd);
    else this.#socket.destroy();
  }

  /** Nothing more can come of it. A socket says so by itself. */
  #over(): void {
    this.close();
    if (this.#socket === null) this.end();
  }

  /** It has come to its end; told twice by a socket. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reader.ended();
  }

  /** Whether to go on reading by itself. */
  #read(length: number, buffer: Uint8Array): boolean {
    this.#reader.take(buffer.subarray(0, length));
    this.#chat ??= new ChatDetector();
    if (!this.#chat.read(length, performance.now()) || this.#paused || !this.#reader.mayWait()) return true;
    this.#chatters = true;
    CHATTY.add(this);
    return false;
  }
}

/** Who gets what a stream brings. */
export interface StreamReader {
  /** A chunk, in memory that is reused: copy what must last. */
  take(chunk: Uint8Array): void;
  /** Nobody waits for an answer to it, so short chunks may come some milliseconds later, together. */
  mayWait(): boolean;
  /** Called once, after the last byte. */
  ended(): void;
}

/** Knows its stream, so that its listeners are the same few functions for all: there are thousands of them. */
class FifoSocket extends net.Socket {
  stream: OutputStream | null = null;
}

function destroy(this: net.Socket): void {
  this.destroy();
}

function tellEnd(this: FifoSocket): void {
  this.stream?.end();
}

const CHATTY = new ChattyStreams();
/** One buffer for every stream: a chunk is dealt with before the next is read. As large as a FIFO. */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);
/** More than any pipe of an unprivileged program can hold (/proc/sys/fs/pipe-max-size is 1 MiB). */
const DRAIN_CAP = 16 * 1024 * 1024;
