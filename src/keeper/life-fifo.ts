import * as fs from "node:fs";
import { errnoOf } from "./kernel/errno.ts";
import { OutputStream } from "./output/output-stream.ts";

/**
 * The reading end of a run's life FIFO: the kernel knows whether anybody still holds the other end. As a rule it is only asked, when
 * a program has ended, and costs no more than a descriptor; `listen` has it tell by itself.
 */
export class LifeFifo {
  readonly #fd: number;
  #stream: OutputStream | null = null;
  #closed = false;

  /** Throws the system's error. */
  constructor(path: string) {
    this.#fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  }

  /** `ended` is called once, when nobody holds it any more. One that nobody held when this began must be asked with `check`. */
  listen(ended: () => void): void {
    this.#stream ??= new OutputStream(this.#fd, { take: () => undefined, mayWait: () => false, ended });
  }

  /** One that is listened to tells now what it would tell later; one that nobody has held since it was opened would never. */
  check(): void {
    this.#stream?.drain();
  }

  /** Asks the kernel, now, whether anybody holds the other end. */
  hasHolders(): boolean {
    if (this.#closed || this.#stream?.closed === true) return false;
    try {
      return fs.readSync(this.#fd, ONE) > 0;
    } catch (error) {
      return errnoOf(error) === "EAGAIN";
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#stream === null) fs.closeSync(this.#fd);
    else this.#stream.close();
  }
}

const ONE = Buffer.alloc(64);
