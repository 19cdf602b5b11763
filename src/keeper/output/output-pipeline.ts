import { AnsiStripper, stripAnsi } from "../../protocol/strip-ansi.ts";
import { CaptureScanner } from "../../protocol/capture-scanner.ts";
import type { LogSpec } from "../../protocol/keeper.ts";
import { ConsoleLines } from "./console-lines.ts";
import type { LogFiles } from "./log-files.ts";
import type { LogTarget } from "./log-target.ts";

/**
 * What happens to the bytes of one stream, in Supervisor's order: capture mode takes its messages out, ANSI sequences are
 * stripped, the rest is written to the log and, if wanted, told as log events. Its state carries across chunks, so where
 * a read happened to end changes nothing.
 */
export class OutputPipeline {
  readonly #files: LogFiles;
  readonly #sink: PipelineSink;
  #spec: LogSpec;
  #target: LogTarget | null;
  #capture: CaptureScanner | null;
  #strip: AnsiStripper | null;
  #lines: ConsoleLines | null;
  /** Dropped since the target began to fail. */
  #lost = 0;
  #failing: string | null = null;

  /** Opens the log target. Throws the system's error. */
  constructor(files: LogFiles, spec: LogSpec, sink: PipelineSink) {
    this.#files = files;
    this.#sink = sink;
    this.#spec = spec;
    this.#target = files.acquireFor(spec);
    this.#capture = spec.captureMaxbytes > 0 ? new CaptureScanner(spec.captureMaxbytes) : null;
    this.#strip = spec.stripAnsi ? new AnsiStripper() : null;
    this.#lines = spec.console === undefined ? null : new ConsoleLines(spec.console);
  }

  get target(): LogTarget | null {
    return this.#target;
  }

  get failing(): string | null {
    return this.#target?.failing ?? null;
  }

  push(chunk: Uint8Array): void {
    if (this.#capture === null) {
      this.#text(chunk);
      return;
    }
    for (const piece of this.#capture.push(chunk)) {
      if (piece.kind === "captured") this.#sink.captured(this.#spec.stripAnsi ? stripAnsi(piece.bytes) : piece.bytes);
      else this.#text(piece.bytes);
    }
  }

  /** Lets go of what was held back because it might have been the beginning of something. */
  flush(): void {
    for (const piece of this.#capture?.end() ?? []) this.#text(piece.bytes);
    const rest = this.#strip?.end();
    if (rest !== undefined && rest.length > 0) this.#write(rest);
    const unfinished = this.#lines?.end();
    if (unfinished !== undefined && unfinished.length > 0) this.#log(unfinished);
  }

  /** New target and limits, from the next byte on. Throws the system's error and changes nothing. */
  change(spec: LogSpec): void {
    const target = this.#files.acquireFor(spec);
    this.flush();
    if (this.#target !== null) this.#files.release(this.#target);
    this.#target = target;
    this.#capture = spec.captureMaxbytes > 0 ? new CaptureScanner(spec.captureMaxbytes) : null;
    this.#strip = spec.stripAnsi ? new AnsiStripper() : null;
    this.#lines = spec.console === undefined ? null : new ConsoleLines(spec.console);
    this.#spec = spec;
  }

  /** @param again whether the program may well be started again at once */
  close(again: boolean): void {
    this.flush();
    if (this.#target !== null) this.#files.release(this.#target, again);
    this.#target = null;
  }

  #text(bytes: Uint8Array): void {
    if (this.#spec.events === "raw") this.#sink.logged(bytes);
    const text = this.#strip === null ? bytes : this.#strip.push(bytes);
    if (text.length > 0) this.#write(text);
  }

  #write(bytes: Uint8Array): void {
    const text = this.#lines === null ? bytes : this.#lines.push(bytes);
    if (text.length > 0) this.#log(text);
    if (this.#spec.events === true) this.#sink.logged(bytes);
  }

  #log(bytes: Uint8Array): void {
    if (this.#target === null) return;
    const { logged, dropped } = this.#target.write(bytes);
    this.#sink.counted(logged, dropped);
    this.#lost += dropped;
    if (this.#target.failing !== this.#failing) this.#trouble(this.#target.failing);
  }

  #trouble(errno: string | null): void {
    this.#failing = errno;
    this.#sink.trouble(errno, this.#lost);
    if (errno === null) this.#lost = 0;
  }
}

export interface PipelineSink {
  captured(message: Uint8Array): void;
  /** A chunk of text, for log events. */
  logged(bytes: Uint8Array): void;
  counted(logged: number, dropped: number): void;
  /** The target began to fail with this error, or works again (`null`) after so many lost bytes. */
  trouble(errno: string | null, dropped: number): void;
}
