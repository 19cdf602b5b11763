import { StringDecoder } from "node:string_decoder";

/**
 * Joins the output of many programs into whole lines, each behind its program's name, so that no two ever meet within a
 * line. An unfinished line waits for its end, or for `flush`.
 */
export class PrefixedOutput {
  readonly #write: (text: string) => void;
  readonly #prefix: (name: string) => string;
  readonly #open = new Map<string, { readonly decoder: StringDecoder; rest: string }>();

  constructor(write: (text: string) => void, prefix: (name: string) => string) {
    this.#write = write;
    this.#prefix = prefix;
  }

  /** `source` tells the streams of one program apart, so that their halves of lines are not joined. */
  add(name: string, source: string, bytes: Uint8Array): void {
    const key = `${name}\0${source}`;
    const line = this.#open.get(key) ?? { decoder: new StringDecoder("utf8"), rest: "" };
    this.#open.set(key, line);
    const parts = (line.rest + line.decoder.write(Buffer.from(bytes))).split("\n");
    line.rest = parts.pop() ?? "";
    if (parts.length === 0) return;
    const prefix = this.#prefix(name);
    this.#write(parts.map((part) => `${prefix}${lastFrame(part)}\n`).join(""));
  }

  /** Forgets an unfinished line whose end will not come: what comes next is another line. Answers its bytes. */
  cut(name: string, source: string): number {
    const key = `${name}\0${source}`;
    const line = this.#open.get(key);
    this.#open.delete(key);
    return line === undefined ? 0 : Buffer.byteLength(line.rest + line.decoder.end());
  }

  /** Prints unfinished lines: of one program, or of all. */
  flush(name?: string): void {
    for (const [key, line] of this.#open) {
      const owner = key.slice(0, key.indexOf("\0"));
      if (name !== undefined && owner !== name) continue;
      this.#open.delete(key);
      const text = line.rest + line.decoder.end();
      if (text !== "") this.#write(`${this.#prefix(owner)}${lastFrame(text)}\n`);
    }
  }
}

/** Progress bars redraw a line with carriage returns: show what a terminal would show in the end. */
function lastFrame(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
