import type { LogSpec, StreamName } from "../protocol/keeper.ts";
import type { LogFiles } from "./log-files.ts";
import { OutputPipeline, type PipelineSink } from "./output-pipeline.ts";
import { OutputStream, type StreamReader } from "./output-stream.ts";
import type { Run, RunOwner } from "./run.ts";

/** One stream of a run: from its FIFO through the pipeline, with what is to be told told to the run's owner. */
export class RunStream implements StreamReader, PipelineSink {
  readonly #name: StreamName;
  readonly #run: Run;
  readonly #owner: RunOwner;
  readonly #pipeline: OutputPipeline;
  readonly #stream: OutputStream;

  /** Opens the log and the FIFO. Throws the system's error, and then holds nothing. */
  constructor(name: StreamName, run: Run, owner: RunOwner, files: LogFiles, spec: LogSpec, fifo: string) {
    this.#name = name;
    this.#run = run;
    this.#owner = owner;
    this.#pipeline = new OutputPipeline(files, spec, this);
    try {
      this.#stream = new OutputStream(fifo, this);
    } catch (error) {
      this.#pipeline.close();
      throw error;
    }
  }

  /** Nobody can write to it any more. */
  get over(): boolean {
    return this.#stream.ended;
  }

  get failing(): string | null {
    return this.#pipeline.failing;
  }

  /** Reads what is there now. */
  drain(): void {
    this.#stream.drain();
  }

  flush(): void {
    this.#pipeline.flush();
  }

  /** New target and limits. Throws the system's error. */
  change(spec: LogSpec): void {
    this.#pipeline.change(spec);
  }

  close(): void {
    this.#stream.close();
    this.#pipeline.close();
  }

  take(chunk: Uint8Array): void {
    this.#owner.output(this.#name, chunk);
    this.#pipeline.push(chunk);
    const target = this.#pipeline.target;
    if (target === null || !target.busy || this.#stream.ended) return;
    this.#stream.pause();
    target.onDrain(() => this.#stream.resume());
  }

  ended(): void {
    this.#run.streamEnded();
  }

  /** Who is written to, such as an event listener, is waited for. */
  mayWait(): boolean {
    return !this.#run.stdin.used;
  }

  captured(message: Uint8Array): void {
    this.#owner.captured(this.#run, this.#name, message);
  }

  logged(bytes: Uint8Array): void {
    this.#owner.logged(this.#run, this.#name, bytes);
  }

  counted(logged: number, dropped: number): void {
    this.#owner.counted(this.#name, logged, dropped);
  }

  trouble(errno: string | null, dropped: number): void {
    this.#owner.trouble(this.#name, errno, dropped);
  }
}
