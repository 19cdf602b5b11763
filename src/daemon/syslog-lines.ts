/** Bytes; a longer line is sent in pieces, so that a program without newlines cannot fill our memory. */
const LONGEST = 8192;

/**
 * Makes lines of chunks. Supervisor sends each chunk's lines as they are, so that a line is split wherever a read happened to
 * end; here a line waits for its newline. Blank lines at the end of a chunk are left out, those inside it are kept.
 */
export class SyslogLines {
  readonly #send: (line: string) => void;
  /** Of the line that is not finished. */
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(send: (line: string) => void) {
    this.#send = send;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    let blank = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      from = end + 1;
      if (this.#length === 0) {
        blank++;
        continue;
      }
      for (; blank > 0; blank--) this.#send("");
      this.flush();
    }
    if (from < chunk.length) for (; blank > 0; blank--) this.#send("");
    this.#keep(chunk.subarray(from));
    if (this.#length > LONGEST) this.flush();
  }

  /** Sends what there is of an unfinished line. */
  flush(): void {
    if (this.#length === 0) return;
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#length = 0;
    // Not fatal: one odd byte must not lose a line, as it does with Supervisor.
    this.#send(new TextDecoder().decode(bytes));
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(new Uint8Array(piece));
    this.#length += piece.length;
  }
}

const NEWLINE = 10;
