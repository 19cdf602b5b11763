import type { LineLabel } from "../../protocol/keeper.ts";

/**
 * Makes whole, labelled lines of a stream's chunks, so that the output of many can share one pipe and no two meet within a
 * line. An unfinished line waits for its end or for `end`, but not beyond 64 KiB: what has no line ends must not grow here.
 */
export class ConsoleLines {
  readonly #label: LineLabel;
  readonly #now: () => Date;
  #rest: Buffer = Buffer.alloc(0);

  constructor(label: LineLabel, now: () => Date = () => new Date()) {
    this.#label = label;
    this.#now = now;
  }

  /** The lines that this chunk completes; empty if there are none. The chunk may be overwritten afterwards. */
  push(chunk: Uint8Array): Buffer {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(this.#line(bytes.subarray(start, end)));
      start = end + 1;
    }
    for (; bytes.length - start > LONGEST; start += LONGEST) {
      lines.push(this.#line(bytes.subarray(start, start + LONGEST)));
    }
    this.#rest = Buffer.from(bytes.subarray(start));
    return Buffer.concat(lines);
  }

  /** The unfinished line, which will not be finished. */
  end(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? rest : this.#line(rest);
  }

  #line(bytes: Buffer): Buffer {
    const { format, timestamps, name, stream } = this.#label;
    const text = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
    if (format === "json") {
      const entry = { time: this.#now().toISOString(), name, stream, message: text.toString("utf8") };
      return Buffer.from(`${JSON.stringify(entry)}\n`);
    }
    const time = timestamps ? `${this.#now().toISOString()} ` : "";
    return Buffer.concat([Buffer.from(`${time}${name} | `), text, END_OF_LINE]);
  }
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const END_OF_LINE = Buffer.from("\n");
const LONGEST = 64 * 1024;
