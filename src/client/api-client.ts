import type { IncomingMessage } from "node:http";
import { BareConnection } from "../ctl/bare-connection.ts";
import type { ApiCalls, ApiName, StreamItem, StreamQuery } from "../protocol/api.ts";
import type { Target } from "./target.ts";

/** The daemon answered, and said no. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Of HTTP: 409 for a refusal, 400 for arguments that are none, 401 for a wrong password. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How long a daemon that is being started again is waited for, milliseconds. */
const PATIENCE = 30_000;

/**
 * The JSON API of one daemon: its calls as they are, and its streams. What `sup` and everything in this folder is built on.
 * Every method rejects with `ECONNREFUSED` or `ENOENT` if none runs.
 */
export class ApiClient {
  readonly #target: Target;
  readonly #isComing: (() => Promise<boolean>) | null;

  /** `isComing` says whether a daemon that does not answer is about to: its supervisor process is being started again. */
  constructor(target: Target, isComing: (() => Promise<boolean>) | null = null) {
    this.#target = target;
    this.#isComing = isComing;
  }

  /** Waits as long as the daemon takes: a stop may rightly last `stopwaitsecs`. Throws `ApiError` on a refusal. */
  async call<N extends ApiName>(
    name: N,
    args: ApiCalls[N]["arguments"],
    signal?: AbortSignal,
  ): Promise<ApiCalls[N]["result"]> {
    const path = `/api/v1/${name}`;
    const { status, text } = await this.#patiently(READS.has(name), () =>
      this.#post(path, JSON.stringify(args), signal),
    );
    const body = parseAnswer(status, text);
    if (status !== 200) throw new ApiError(status, body.error ?? `the daemon answered ${status}`);
    return body as ApiCalls[N]["result"];
  }

  /** A stream of items, until the daemon or the connection ends or `signal` aborts: it returns in either case. */
  async *stream(query: StreamQuery, signal: AbortSignal): AsyncGenerator<StreamItem, void> {
    const response = await this.#patiently(true, () => this.#request("/api/v1/stream", JSON.stringify(query), signal));
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      const { error } = parseAnswer(status, await readAll(response));
      throw new ApiError(status, error ?? `the daemon answered ${status}`);
    }
    response.setEncoding("utf8");
    let rest = "";
    try {
      for await (const chunk of response) {
        const lines = (rest + (chunk as string)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") yield JSON.parse(line) as StreamItem;
      }
    } catch (error) {
      // A daemon that ends closes the connection in the middle of the stream: that is its end, not a failure.
      if (!signal.aborted && !isNotRunning(error)) throw error;
    } finally {
      response.destroy();
    }
  }

  /** Whether a daemon that does not answer is about to: `null` if nobody here can know. */
  async isComing(): Promise<boolean | null> {
    return this.#isComing === null ? null : await this.#isComing();
  }

  /** Sends again while a daemon that does not answer is about to come back. `reads`: it changes nothing. */
  async #patiently<T>(reads: boolean, send: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!mayRepeat(error, reads) || Date.now() > deadline) throw error;
        if ((await this.isComing()) !== true) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #post(
    path: string,
    body: string,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }> {
    if (!("socket" in this.#target) || signal !== undefined) {
      const response = await this.#request(path, body, signal);
      return { status: response.statusCode ?? 0, text: await readAll(response) };
    }
    const headers = { Host: "localhost", "Content-Type": "application/json", Connection: "close" };
    const answer = await new BareConnection({ path: this.#target.socket }).send("POST", path, headers, body);
    return { status: answer.status, text: answer.body.toString() };
  }

  async #request(path: string, body: string, signal?: AbortSignal): Promise<IncomingMessage> {
    const target = this.#target;
    // Loaded here, not on top: most commands follow nothing.
    const { request } = "tls" in target && target.tls ? await import("node:https") : await import("node:http");
    const to = "socket" in target ? { socketPath: target.socket } : { host: target.host, port: target.port };
    const own = "socket" in target ? { Host: "localhost" } : target.headers;
    const options = {
      ...to,
      // A connection of its own: none is left behind in a pool.
      agent: false as const,
      method: "POST",
      path: "socket" in target ? path : `${target.prefix}${path}`,
      headers: { ...own, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      request(options, resolve).once("error", reject).end(body);
    });
  }
}

/** What was not received can be sent again; a reset may have come after the call was carried out, so only if it changes nothing. */
function mayRepeat(error: unknown, reads: boolean): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ECONNREFUSED") return true;
  return reads && (code === "ECONNRESET" || code === "EPIPE");
}

const READS: ReadonlySet<ApiName> = new Set(["status", "processes", "plan"] as const);

/** Whether `error` means that no daemon listens there. */
export function isNotRunning(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code !== undefined && NOBODY.has(code);
}

/** Since Node 24 EINVAL is what a path is answered with that is too long for a socket: nobody can listen there. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "EINVAL"]);

/** A page instead of JSON comes from a proxy, or from Supervisor. */
function parseAnswer(status: number, text: string): { readonly error?: string } {
  try {
    return JSON.parse(text === "" ? "{}" : text) as { error?: string };
  } catch {
    if (status !== 200) return {};
    throw new ApiError(status, "the answer is not JSON: this is no daemon of sup");
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk as string;
  return text;
}
