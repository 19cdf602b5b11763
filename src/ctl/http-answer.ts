/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The connection can carry another request. */
  readonly keepAlive: boolean;
}

/** Bytes of headers that are accepted: a daemon's are a few hundred. */
const MAX_HEAD = 65_536;

/**
 * Reads one answer from the bytes of a connection (RFC 9112, what a client needs of it). Pure: bytes in, the answer out as soon
 * as it is whole. Throws where the bytes are no HTTP.
 */
export class HttpAnswerReader {
  #bytes: Buffer = Buffer.alloc(0);
  readonly #more: Buffer[] = [];
  /** Bytes that have to be there before it is worth looking again. */
  #missing = 0;
  #head: Omit<HttpAnswer, "body"> | null = null;

  /** The answer if these bytes complete it. */
  take(chunk: Buffer): HttpAnswer | null {
    this.#more.push(chunk);
    this.#missing -= chunk.length;
    return this.#missing > 0 ? null : this.#read(false);
  }

  /** The connection has ended: an answer without a length is whole now. `null` if it is not. */
  end(): HttpAnswer | null {
    return this.#read(true);
  }

  #read(ended: boolean): HttpAnswer | null {
    this.#bytes = Buffer.concat([this.#bytes, ...this.#more.splice(0)]);
    this.#head ??= this.#readHead();
    if (this.#head === null) return null;
    const { headers } = this.#head;
    if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) return this.#whole(readChunks(this.#bytes));
    const length = headers.get("content-length");
    if (length === undefined) return ended ? this.#whole(this.#bytes) : null;
    if (!/^\d+$/.test(length)) throw new Error(`bad Content-Length ${length}`);
    this.#missing = Number(length) - this.#bytes.length;
    return this.#missing > 0 ? null : this.#whole(this.#bytes.subarray(0, Number(length)));
  }

  #whole(body: Buffer | null): HttpAnswer | null {
    if (body === null || this.#head === null) return null;
    return { ...this.#head, body };
  }

  #readHead(): Omit<HttpAnswer, "body"> | null {
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end === -1) {
        if (this.#bytes.length > MAX_HEAD) throw new Error("the answer's headers do not end");
        return null;
      }
      const [first = "", ...lines] = this.#bytes.subarray(0, end).toString("latin1").split("\r\n");
      this.#bytes = this.#bytes.subarray(end + 4);
      const [, minor, status = "", reason = ""] = /^HTTP\/1\.(\d) (\d{3}) ?(.*)$/.exec(first) ?? [];
      if (minor === undefined) throw new Error("the answer is no HTTP");
      // 100 Continue and the like announce the answer.
      if (status.startsWith("1")) continue;
      const headers = new Map(
        lines.map((line): [string, string] => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      const connection = (headers.get("connection") ?? (minor === "0" ? "close" : "keep-alive")).toLowerCase();
      const sized = headers.has("content-length") || headers.has("transfer-encoding");
      return { status: Number(status), reason, headers, keepAlive: sized && connection === "keep-alive" };
    }
  }
}

/** The data of a chunked body; `null` if its last chunk has not come yet. */
function readChunks(bytes: Buffer): Buffer | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return null;
    const size = /^\s*([0-9A-Fa-f]{1,8})/.exec(bytes.subarray(at, line).toString("latin1"))?.[1];
    if (size === undefined) throw new Error("bad chunk in the answer");
    const length = Number.parseInt(size, 16);
    const start = line + 2;
    if (bytes.length < start + length + 2) return null;
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(start, start + length));
    at = start + length + 2;
  }
}
