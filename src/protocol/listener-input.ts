/** The header line of an event, taken apart. */
export interface EventHeader {
  readonly server: string;
  readonly serial: number;
  readonly pool: string;
  readonly poolSerial: number;
  readonly name: string;
  /** Bytes of the payload. */
  readonly length: number;
}

export interface ReceivedEvent {
  readonly header: EventHeader;
  readonly payload: string;
}

/**
 * What a listener reads from its stdin, put together again from pieces of any size. It wants `len` in bytes: its process
 * runs with `SUP_EVENT_LEN=bytes`.
 */
export class ListenerInput {
  #held: Uint8Array = new Uint8Array();
  #header: EventHeader | null = null;

  /**
   * Takes a piece; returns the events that are complete with it.
   *
   * @throws Error if a header cannot be read: nobody knows then where the next one begins.
   */
  take(piece: Uint8Array): ReceivedEvent[] {
    const joined = new Uint8Array(this.#held.length + piece.length);
    joined.set(this.#held);
    joined.set(piece, this.#held.length);
    this.#held = joined;
    const events: ReceivedEvent[] = [];
    for (let event = this.#next(); event !== null; event = this.#next()) events.push(event);
    return events;
  }

  #next(): ReceivedEvent | null {
    if (this.#header === null) {
      const end = this.#held.indexOf(NEWLINE);
      if (end === -1) return null;
      this.#header = parseHeader(this.#cut(end + 1));
    }
    const header = this.#header;
    if (this.#held.length < header.length) return null;
    this.#header = null;
    return { header, payload: this.#cut(header.length) };
  }

  #cut(length: number): string {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#held.subarray(0, length));
    this.#held = this.#held.slice(length);
    return text;
  }
}

const NEWLINE = 10;
// The identifier of a daemon is any text, so it is what stands between two words that cannot be mistaken.
const HEADER = /^ver:\S+ server:(.*) serial:(\d+) pool:(.*) poolserial:(\d+) eventname:(\S+) len:(\d+)\n$/;

function parseHeader(line: string): EventHeader {
  const found = HEADER.exec(line);
  if (found === null) throw new Error(`no header of an event: ${JSON.stringify(line.slice(0, 300))}`);
  const [, server = "", serial, pool = "", poolSerial, name = "", length] = found;
  return { server, serial: Number(serial), pool, poolSerial: Number(poolSerial), name, length: Number(length) };
}
