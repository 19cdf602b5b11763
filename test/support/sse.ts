import { request, type IncomingMessage, type RequestOptions } from "node:http";
import type { StreamItem } from "../../src/protocol/api.ts";

/** A client of server-sent events as a browser is one: it knows the id of the last event it has seen, and nothing else. */
export class EventSourceLike {
  readonly items: StreamItem[] = [];
  lastId = "";
  readonly #options: RequestOptions;
  #response: IncomingMessage | null = null;
  #wake: () => void = () => {};
  #ended = true;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /** Resolves when the answer has begun. */
  async open(): Promise<void> {
    const headers = { Accept: "text/event-stream", ...(this.lastId === "" ? {} : { "Last-Event-ID": this.lastId }) };
    const options = { agent: false, ...this.#options, headers: { ...this.#options.headers, ...headers } };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(options, resolve).once("error", reject).end();
    });
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
    this.#response = response;
    this.#ended = false;
    response.setEncoding("utf8");
    let rest = "";
    response.on("data", (chunk: string) => {
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
      this.#wake();
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Breaks the connection off. */
  cut(): void {
    this.#response?.destroy();
  }

  /** Resolves once this holds for the items so far; rejects if the stream ends before. */
  async until(holds: (items: readonly StreamItem[]) => boolean, what: string): Promise<void> {
    const deadline = setTimeout(() => this.cut(), 60_000);
    try {
      while (!holds(this.items)) {
        if (this.#ended) {
          const seen = JSON.stringify(this.items.slice(-5));
          throw new Error(`waited in vain for ${what}; the last of ${this.items.length} items are ${seen}`);
        }
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Resolves when the other side has ended it. */
  async end(): Promise<void> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** All that one output has said. */
  text(namespec: string, stream = "stdout"): string {
    const bytes = this.items.flatMap((item) =>
      item.type === "output" && item.namespec === namespec && item.stream === stream
        ? [Buffer.from(item.data, "base64")]
        : [],
    );
    return Buffer.concat(bytes).toString();
  }

  #take(block: string): void {
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4);
      if (line.startsWith("data: ")) this.items.push(JSON.parse(line.slice(6)) as StreamItem);
    }
  }
}
