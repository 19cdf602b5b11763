/**
 * One stream of one process, as one client hears it: what it logged before, then what it writes, every byte once and in
 * order, or a gap that says how many are missing.
 *
 * Theory of operation. The past is read at the client's pace, and meanwhile live output arrives at the program's. It is held,
 * up to a limit; beyond it, and whenever the client falls behind later, output is left out: a process manager must not store
 * what a terminal cannot show, and the log file has it. Leaving out begins behind a newline and ends behind one, so what is
 * shown is whole lines. Nothing is held once the past is over and the client keeps up: output then goes straight through.
 */
import type { PastLog } from "../../logs/past-log.ts";
import type { StreamName } from "../../protocol/keeper.ts";
import type { OutputItem } from "../../supervisor/output-hub.ts";
import type { ItemWriter } from "./item-writer.ts";
import { sendPieces } from "./past-output.ts";

/** Bytes of live output that wait for the past to be over. */
const MAX_HELD = 1 << 19;
/** The same, of all streams of a client: of hundreds of programs, each could have its last words wait for one that stands still. */
const MAX_HELD_IN_ALL = 1 << 22;
/** A line that is longer than this is cut by a gap. */
const MAX_LINE = 65_536;

export class PastThenLive {
  readonly #writer: ItemWriter;
  readonly #output: { readonly namespec: string; readonly stream: StreamName };
  #held: Held[] = [];
  #heldBytes = 0;
  /** Held output is being sent; what comes goes behind it. */
  #busy = false;
  /** Bytes left out and not yet told. */
  #skipped = 0;
  #skipping: "no" | "after this line" | "yes" | "up to a line" = "no";
  #lineRest = 0;
  /** Position of the output up to which everything was sent, held or counted as skipped. */
  #at = 0;

  constructor(writer: ItemWriter, namespec: string, stream: StreamName) {
    this.#writer = writer;
    this.#output = { namespec, stream };
  }

  /**
   * Sends this past first, which ends at this position of the output. It is opened when its turn comes. Call it before any `live`.
   * Resolves when the past is over, and never rejects.
   */
  async begin(past: (() => PastLog) | null, position: number): Promise<void> {
    this.#at = position;
    if (past === null) return this.#writer.send({ type: "position", ...this.#output, position });
    this.#busy = true;
    try {
      await this.#writer.inTurn(() => sendPieces(past(), this.#writer, this.#output, position));
      await this.#release();
    } catch {
      this.#busy = false;
    }
  }

  /** Begins behind bytes that cannot be shown. */
  skip(bytes: number, position: number): void {
    this.#at = position;
    this.#sendGap(bytes, position);
  }

  /** Takes what the process writes now. */
  live(item: OutputItem): void {
    if (this.#writer.closed) return;
    if (item.type === "gap") {
      // The end of the line that was being written is lost already; the next one begins somewhere behind it.
      this.#skipped += item.bytes;
      this.#at += item.bytes;
      this.#skipping = "up to a line";
      void this.#tellLater();
      return;
    }
    const full = this.#busy ? this.#isFull() : this.#writer.behind;
    const data = this.#choose(item.data, full);
    this.#at = item.position;
    if (data.length === 0) return;
    const position = item.position - (this.#skipping === "yes" ? item.data.length - data.length : 0);
    // The end of a line after which nothing is passed on comes before what is left out, anything else behind it.
    const gap = this.#skipping === "yes" ? 0 : this.#skipped;
    this.#skipped -= gap;
    if (!this.#busy) return this.#send({ gap, data, position });
    // Copied: the chunk belongs to whoever told it.
    this.#held.push({ gap, data: Uint8Array.from(data), position });
    this.#heldBytes += data.length;
    this.#writer.held += data.length;
  }

  #isFull(): boolean {
    return this.#heldBytes > MAX_HELD || this.#writer.held > MAX_HELD_IN_ALL;
  }

  /** What of a chunk is passed on. The rest is counted as skipped. */
  #choose(chunk: Uint8Array, full: boolean): Uint8Array {
    if (full && this.#skipping === "no") {
      this.#skipping = "after this line";
      this.#lineRest = MAX_LINE;
    } else if (full && this.#skipping === "up to a line") this.#skipping = "yes";
    else if (!full && this.#skipping === "after this line") this.#skipping = "no";
    else if (!full && this.#skipping === "yes") this.#skipping = "up to a line";

    const newline = chunk.indexOf(NEWLINE);
    switch (this.#skipping) {
      case "no":
        return chunk;
      case "yes":
        this.#skipped += chunk.length;
        return chunk.subarray(0, 0);
      case "after this line": {
        this.#lineRest -= chunk.length;
        if (newline === -1 && this.#lineRest > 0) return chunk;
        this.#skipping = "yes";
        this.#skipped += chunk.length - (newline + 1);
        void this.#tellLater();
        return chunk.subarray(0, newline + 1);
      }
      case "up to a line":
        this.#skipped += newline === -1 ? chunk.length : newline + 1;
        if (newline === -1) return chunk.subarray(0, 0);
        this.#skipping = "no";
        return chunk.subarray(newline + 1);
    }
  }

  async #release(): Promise<void> {
    for (let next = this.#held.shift(); next !== undefined; next = this.#held.shift()) {
      this.#heldBytes -= next.data.length;
      this.#writer.held -= next.data.length;
      this.#send(next);
      if (!(await this.#writer.room())) break;
    }
    this.#busy = false;
    this.#tell();
  }

  /** A program that falls silent after a flood: the gap is told as soon as the client has caught up. */
  async #tellLater(): Promise<void> {
    while (this.#writer.behind && !this.#writer.closed) await this.#writer.drained();
    if (!this.#busy) this.#tell();
  }

  #tell(): void {
    if (this.#skipped > 0) this.#sendGap(this.#skipped, this.#at);
    this.#skipped = 0;
  }

  #send({ gap, data, position }: Held): void {
    if (gap > 0) this.#sendGap(gap, position - data.length);
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
    this.#writer.send({ type: "output", ...this.#output, data: text, position });
  }

  #sendGap(bytes: number, position: number): void {
    this.#writer.send({ type: "gap", ...this.#output, bytes, position });
  }
}

interface Held {
  /** Bytes left out before it. */
  readonly gap: number;
  readonly data: Uint8Array;
  /** Of the output, behind it. */
  readonly position: number;
}

const NEWLINE = 10;
