import type { ClientRequest, IncomingMessage } from "node:http";
import { isTooLongForSocket } from "../files/socket-path.ts";
import type { RpcResults, SupervisorMethodName } from "../protocol/contract.ts";
import { decodeResponse } from "../protocol/xml-rpc-decode.ts";
import { encodeRequest } from "../protocol/xml-rpc-encode.ts";
import type { Decoded, Encodable } from "../protocol/xml-rpc-value.ts";
import { plainValue } from "./plain-value.ts";
import { BareConnection, type ConnectTo } from "./bare-connection.ts";
import { parseServerUrl, type ServerAddress } from "./server-address.ts";

/** The daemon answered with a fault. */
export class RpcFault extends Error {
  override readonly name = "RpcFault";
  readonly code: number;
  readonly faultString: string;
  constructor(code: number, faultString: string) {
    super(faultString);
    this.code = code;
    this.faultString = faultString;
  }
}

/** The daemon answered with an HTTP status other than 200. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string) {
    super(`${status} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

/** The answer was no XML-RPC document. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

export interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
}

/** Methods of the daemon with their results; `supervisorctl` asks for the version by its second name. */
export type Results = RpcResults & { "supervisor.getVersion": string };
export type MethodName = SupervisorMethodName | "supervisor.getVersion";

/** XML-RPC calls and log streams to one daemon, over one connection that is kept while a command runs. */
export class RpcClient {
  readonly #url: string;
  readonly #credentials: Credentials;
  #connection: BareConnection | null = null;

  constructor(url: string, credentials: Credentials) {
    this.#url = url;
    this.#credentials = credentials;
  }

  /**
   * Calls a method.
   *
   * @throws RpcFault, HttpFailure, BadAnswer, BadServerUrl, or the system's error of the connection.
   */
  async call<Name extends MethodName>(method: Name, ...params: Encodable[]): Promise<Results[Name]> {
    // The contract says what each method returns; a daemon that breaks it shows up where the value is used.
    return plainValue(await this.#call(method, params)) as Results[Name];
  }

  /**
   * Opens a log stream on a connection of its own. `close` ends it from this side, headers or not.
   *
   * @throws BadServerUrl; the promise rejects with the system's error.
   */
  stream(path: string): { readonly response: Promise<IncomingMessage>; readonly close: () => void } {
    // Without `keep-alive` Supervisor does not send in chunks, and holds everything back until 64 KiB are full.
    const headers = this.#headers("*/*");
    const to = this.#target();
    const target = "path" in to ? { socketPath: to.path } : to;
    const leave = new AbortController();
    // Loaded here, not on top: most commands follow nothing.
    const response = import("node:http").then(({ request }) => {
      const call = request({ ...target, path, method: "GET", agent: false, headers, signal: leave.signal });
      call.end();
      return answered(call);
    });
    return { response, close: () => leave.abort() };
  }

  /** Drops the kept connection. The client stays usable. */
  close(): void {
    this.#connection?.close();
  }

  async #call(method: string, params: readonly Encodable[]): Promise<Decoded> {
    const headers = { ...this.#headers("text/xml"), "Content-Type": "text/xml" };
    const answer = await this.#connect().send("POST", "/RPC2", headers, encodeRequest(method, params));
    if (answer.status !== 200) throw new HttpFailure(answer.status, answer.reason);
    const decoded = decodeResponse(answer.body);
    switch (decoded.kind) {
      case "value":
        return decoded.value;
      case "fault":
        throw new RpcFault(decoded.code, decoded.text);
      case "malformed":
        throw new BadAnswer(decoded.reason);
    }
  }

  #connect(): BareConnection {
    return (this.#connection ??= new BareConnection(this.#target()));
  }

  #target(): ConnectTo {
    const address = parseServerUrl(this.#url);
    // The system would be asked for a shorter one.
    if (address.kind === "unix" && isTooLongForSocket(address.path)) {
      throw new Error("AF_UNIX path too long");
    }
    return address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
  }

  #headers(accept: string): Record<string, string> {
    const { username, password } = this.#credentials;
    const address = parseServerUrl(this.#url);
    return {
      Host: address.kind === "tcp" ? hostOf(address) : "localhost",
      Connection: "keep-alive",
      Accept: accept,
      "User-Agent": "supervisorctl",
      // Only if both are set and not empty: half of them is treated as none.
      ...(username && password
        ? { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` }
        : {}),
    };
  }
}

function hostOf({ host, port }: Extract<ServerAddress, { readonly kind: "tcp" }>): string {
  return `${host.includes(":") ? `[${host}]` : host}${port === 80 ? "" : `:${port}`}`;
}

/** Whether a failure carries this system error code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function answered(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
  });
}
