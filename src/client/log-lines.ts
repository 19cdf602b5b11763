import { StringDecoder } from "node:string_decoder";
import type { StreamItem, StreamName } from "../protocol/api.ts";

/** A line that a program wrote, without its end. */
export interface LogLine {
  readonly type: "line";
  readonly namespec: string;
  readonly stream: StreamName;
  readonly text: string;
}

/** A longer line comes in pieces: a program that never ends its lines must not fill our memory. */
const MAX_LINE = 65_536;

/** Makes lines of output as it comes, each output by itself; bytes that are no UTF-8 show as U+FFFD. */
export class LogLines {
  readonly #open = new Map<
    string,
    { readonly decoder: StringDecoder; text: string; readonly item: Omit<LogLine, "text"> }
  >();

  /** The lines that this output completes. */
  take(item: Extract<StreamItem, { readonly type: "output" }>): readonly LogLine[] {
    const { namespec, stream, data } = item;
    const key = `${namespec}/${stream}`;
    const open = this.#open.get(key) ?? {
      decoder: new StringDecoder("utf8"),
      text: "",
      item: { type: "line", namespec, stream },
    };
    this.#open.set(key, open);
    const lines = (open.text + open.decoder.write(Buffer.from(data, "base64"))).split("\n");
    open.text = lines.pop() ?? "";
    while (open.text.length > MAX_LINE) {
      lines.push(open.text.slice(0, MAX_LINE));
      open.text = open.text.slice(MAX_LINE);
    }
    return lines.map((text) => ({ ...open.item, text: text.endsWith("\r") ? text.slice(0, -1) : text }));
  }

  /** What one output (or all) had begun and will not end: before a gap, and at the end. */
  cut(output?: { readonly namespec: string; readonly stream: StreamName }): readonly LogLine[] {
    const keys = output === undefined ? [...this.#open.keys()] : [`${output.namespec}/${output.stream}`];
    return keys.flatMap((key) => {
      const open = this.#open.get(key);
      this.#open.delete(key);
      const text = open === undefined ? "" : open.text + open.decoder.end();
      return open === undefined || text === "" ? [] : [{ ...open.item, text }];
    });
  }
}
