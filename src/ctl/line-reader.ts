import type { Interface } from "node:readline";
import { Writable } from "node:stream";

/** What came of asking: a line without its newline, the end of input, or Ctrl-C. */
export type Answer =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "end" }
  | { readonly kind: "interrupt" };

/** Looked at only when they are used: to open standard input takes time. */
export interface Ends {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

export type Completer = (line: string, done: (error: null, result: [string[], string]) => void) => void;

/**
 * Lines from the user, one at a time.
 *
 * There is one readline for the whole run: making a new one for each prompt would lose what was piped or pasted ahead. Lines
 * that come in while nobody asks are queued. Between questions the terminal is in its ordinary mode, so that Ctrl-C is a
 * signal again.
 */
export class LineReader {
  readonly #ends: Ends;
  readonly #completer: Completer;
  readonly #history: string[];
  readonly #queue: Answer[] = [];
  #waiting: ((answer: Answer) => void) | null = null;
  #readline: Interface | null = null;
  #hidden = false;
  #ended = false;

  /** @param history newest last; grows by the lines that are read (but not by hidden ones). */
  constructor(ends: Ends, completer: Completer, history: string[] = []) {
    this.#ends = ends;
    this.#completer = completer;
    this.#history = history;
  }

  get #input(): NodeJS.ReadStream {
    return this.#ends.stdin;
  }

  get #output(): NodeJS.WriteStream {
    return this.#ends.stdout;
  }

  /** Whether a person types here, with editing, history and completion. */
  get isTerminal(): boolean {
    return this.#input.isTTY === true && this.#output.isTTY === true;
  }

  /** Prompts, and waits for the next line. `hidden`: nothing typed is shown or remembered. */
  async read(prompt: string, options: { readonly hidden?: boolean } = {}): Promise<Answer> {
    const readline = await this.#open();
    const queued = this.#queue.shift();
    if (queued !== undefined || this.#ended) {
      this.#output.write(prompt);
      if (options.hidden !== true) this.#remember(queued);
      return queued ?? { kind: "end" };
    }
    if (this.isTerminal) {
      this.#input.setRawMode(true);
      readline.setPrompt(prompt);
      readline.prompt();
    } else {
      this.#output.write(prompt);
      readline.resume();
    }
    this.#hidden = options.hidden === true;
    const answer = await new Promise<Answer>((resolve) => (this.#waiting = resolve));
    if (this.#hidden) this.#output.write("\n");
    else this.#remember(answer);
    this.#hidden = false;
    return answer;
  }

  /** As if Ctrl-C had been typed: ends this wait, or the next one if nobody waits now. */
  interrupt(): void {
    this.#deliver({ kind: "interrupt" });
  }

  close(): void {
    if (this.#readline === null) return;
    this.#readline.close();
    this.#readline = null;
    this.#input.pause();
  }

  async #open(): Promise<Interface> {
    if (this.#readline !== null) return this.#readline;
    // Loaded here, not on top: most commands ask nothing.
    const { createInterface } = await import("node:readline");
    const readline = createInterface({
      input: this.#input,
      output: this.#mutable(),
      terminal: this.isTerminal,
      completer: this.#completer,
      history: this.#history.toReversed(),
      historySize: 1000,
    });
    readline.on("line", (line) => this.#deliver({ kind: "line", line }));
    readline.on("history", (history: string[]) => {
      if (this.#hidden) history.shift();
    });
    readline.on("SIGINT", () => this.#deliver({ kind: "interrupt" }));
    readline.on("close", () => {
      this.#ended = true;
      this.#deliver({ kind: "end" });
    });
    this.#readline = readline;
    return readline;
  }

  #deliver(answer: Answer): void {
    const waiting = this.#waiting;
    if (waiting === null) {
      if (answer.kind !== "end") this.#queue.push(answer);
      return;
    }
    this.#waiting = null;
    if (this.isTerminal && !this.#ended) {
      this.#readline?.pause();
      this.#input.setRawMode(false);
    }
    waiting(answer);
  }

  #remember(answer: Answer | undefined): void {
    if (answer?.kind !== "line" || !this.isTerminal) return;
    if (answer.line.trim() !== "" && this.#history.at(-1) !== answer.line) this.#history.push(answer.line);
  }

  /** readline echoes through this; while a password is typed only the prompt passes. */
  #mutable(): Writable {
    const output = this.#output;
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#hidden) output.write(chunk);
        done();
      },
    });
    // readline asks its output how wide the terminal is.
    return Object.defineProperties(stream, {
      columns: { get: () => output.columns },
      isTTY: { get: () => output.isTTY },
    });
  }
}
