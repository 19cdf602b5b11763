import type { Encodable } from "../protocol/xml-rpc-value.ts";
import type { Answer, LineReader } from "./line-reader.ts";
import { RpcClient, type Credentials, type MethodName, type Results } from "./rpc-client.ts";
import { neutralise } from "./terminal-filter.ts";

/** The client's own ends to the world. */
export interface CtlIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** As shown in usage texts. */
  readonly argv0: string;
  /** Absolute path of the program as it was called; config files are searched beside it. */
  readonly program: string;
  /** Calls back on SIGINT while the returned function has not been called; without a listener SIGINT ends the program. */
  onInterrupt(listener: () => void): () => void;
}

/** One run of the client: the server it talks to, its exit status so far, and how it speaks to the user. */
export class Session {
  readonly io: CtlIo;
  readonly reader: LineReader;
  /** Passwords and confirmations may be asked for. */
  readonly interactive: boolean;
  readonly prompt: string;
  /** The last problem wins; success never resets it. */
  exitStatus = 0;
  /** The shell has been told to end. */
  over = false;
  readonly raw: boolean;
  #client: RpcClient;
  #serverurl: string;
  #credentials: Credentials;

  constructor(options: {
    readonly io: CtlIo;
    readonly reader: LineReader;
    readonly interactive: boolean;
    readonly prompt: string;
    readonly raw: boolean;
    readonly serverurl: string;
    readonly credentials: Credentials;
  }) {
    this.io = options.io;
    this.reader = options.reader;
    this.interactive = options.interactive;
    this.prompt = options.prompt;
    // Escape sequences can only do harm on a terminal; pipes and files get the text as it is.
    this.raw = options.raw || options.io.stdout.isTTY !== true;
    this.#serverurl = options.serverurl;
    this.#credentials = options.credentials;
    this.#client = new RpcClient(options.serverurl, options.credentials);
  }

  get serverurl(): string {
    return this.#serverurl;
  }

  get client(): RpcClient {
    return this.#client;
  }

  /** Talks to another server from now on. */
  connect(serverurl: string, credentials: Credentials = this.#credentials): void {
    this.#client.close();
    this.#serverurl = serverurl;
    this.#credentials = credentials;
    this.#client = new RpcClient(serverurl, credentials);
  }

  call<Name extends MethodName>(method: Name, ...params: Encodable[]): Promise<Results[Name]> {
    return this.#client.call(method, ...params);
  }

  /** Prints result lines, all in one write. */
  say(...lines: readonly string[]): void {
    if (lines.length > 0)
      this.io.stdout.write(`${lines.map((line) => (this.raw ? line : neutralise(line))).join("\n")}\n`);
  }

  /** Prints one line on stderr. */
  complain(line: string): void {
    this.io.stderr.write(`${this.raw ? line : neutralise(line)}\n`);
  }

  fail(status: number): void {
    this.exitStatus = status;
  }

  ask(prompt: string, options?: { readonly hidden?: boolean }): Promise<Answer> {
    return this.reader.read(prompt, options);
  }
}
