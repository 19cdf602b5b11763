import type { IncomingMessage } from "node:http";
import { BareConnection } from "../ctl/bare-connection.ts";
import type { ApiCalls, ApiName, StreamItem } from "../protocol/api.ts";

/** The daemon answered, and said no. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How long a daemon that is being started again is waited for, milliseconds. */
const PATIENCE = 30_000;

/** The JSON API of one daemon, over its control socket. Every method rejects with `ECONNREFUSED`/`ENOENT` if none runs. */
export class ApiClient {
  readonly #socket: string;
  readonly #isComing: () => Promise<boolean>;

  /** `isComing` says whether a daemon that does not answer is about to: its supervisor process is being started again. */
  constructor(socket: string, isComing: () => Promise<boolean> = async () => false) {
    this.#socket = socket;
    this.#isComing = isComing;
  }

  /** Waits as long as the daemon takes: a stop may rightly last `stopwaitsecs`. Throws `ApiError` on a refusal. */
  async call<N extends ApiName>(name: N, args: ApiCalls[N]["arguments"]): Promise<ApiCalls[N]["result"]> {
    const headers = { Host: "localhost", "Content-Type": "application/json", Connection: "close" };
    const answer = await this.#patiently(READS.has(name), () =>
      new BareConnection({ path: this.#socket }).send("POST", `/api/v1/${name}`, headers, JSON.stringify(args)),
    );
    const text = answer.body.toString();
    const body = JSON.parse(text === "" ? "{}" : text) as { error?: string };
    if (answer.status !== 200) throw new ApiError(answer.status, body.error ?? `the daemon answered ${answer.status}`);
    return body as ApiCalls[N]["result"];
  }

  /** Follows a stream until it ends or `signal` aborts; resolves either way. */
  async stream(query: URLSearchParams, onItem: (item: StreamItem) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#patiently(true, () => this.#open(`/api/v1/stream?${query}`, signal));
    if (response.statusCode !== 200) {
      const body = JSON.parse(await readAll(response)) as { error?: string };
      throw new ApiError(response.statusCode ?? 0, body.error ?? `the daemon answered ${response.statusCode}`);
    }
    response.setEncoding("utf8");
    let rest = "";
    try {
      for await (const chunk of response) {
        const lines = (rest + (chunk as string)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") onItem(JSON.parse(line) as StreamItem);
      }
    } catch (error) {
      // A daemon that ends closes the connection in the middle of the stream: that is its end, not a failure.
      const code = (error as NodeJS.ErrnoException).code;
      if (!signal.aborted && code !== "ECONNRESET") throw error;
    }
  }

  /** Sends again while a daemon that does not answer is about to come back. `reads`: it changes nothing. */
  async #patiently<T>(reads: boolean, send: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!mayRepeat(error, reads) || Date.now() > deadline) throw error;
        if (!(await this.#isComing())) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    // Loaded here, not on top: most commands follow nothing.
    const { request } = await import("node:http");
    return new Promise((resolve, reject) => {
      const req = request({ socketPath: this.#socket, method: "GET", path, signal }, resolve);
      req.once("error", reject);
      req.end();
    });
  }
}

/** What was not received can be sent again; a reset may have come after the call was carried out, so only if it changes nothing. */
function mayRepeat(error: unknown, reads: boolean): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ECONNREFUSED") return true;
  return reads && (code === "ECONNRESET" || code === "EPIPE");
}

const READS: ReadonlySet<ApiName> = new Set(["status", "plan"] as const);

/** Whether `error` means that no daemon listens there. */
export function isNotRunning(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk as string;
  return text;
}
