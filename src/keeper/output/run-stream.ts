import type { LogSpec, StreamName } from "../../protocol/keeper.ts";
import type { LogFiles } from "./log-files.ts";
import type { NewStreams } from "./new-streams.ts";
import { OutputPipeline, type PipelineSink } from "./output-pipeline.ts";
import { OutputStream, type StreamReader } from "./output-stream.ts";

/** One stream of a run: from its FIFO through the pipeline, with what is to be told told to the run's owner. */
export class RunStream implements StreamReader, PipelineSink {
  readonly #name: StreamName;
  readonly #run: RunOfStreams;
  readonly #owner: StreamOwner;
  readonly #pipeline: OutputPipeline;
  readonly #stream: OutputStream;

  /**
   * Opens the log and the FIFO. Throws the system's error, and then holds nothing.
   *
   * @param later where it goes until it is listened to; `null`: it is at once
   */
  constructor(
    name: StreamName,
    run: RunOfStreams,
    owner: StreamOwner,
    files: LogFiles,
    spec: LogSpec,
    fifo: string,
    later: NewStreams | null,
  ) {
    this.#name = name;
    this.#run = run;
    this.#owner = owner;
    this.#pipeline = new OutputPipeline(files, spec, this);
    try {
      this.#stream = new OutputStream(fifo, this, later);
    } catch (error) {
      this.#pipeline.close(false);
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

  /** @param again whether the program may well be started again at once */
  close(again: boolean): void {
    this.#stream.close();
    this.#pipeline.close(again);
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

/** The run that a stream belongs to. */
export interface RunOfStreams {
  readonly pid: number;
  readonly stdin: { readonly used: boolean };
  /** One of its streams has: perhaps that was all of it. */
  streamEnded(): void;
}

/** Whom streams tell what comes. One for all runs of a program: so little of it is made for each. */
export interface StreamOwner {
  /** A chunk as the program wrote it, before capture mode and stripping. */
  output(stream: StreamName, chunk: Uint8Array): void;
  captured(run: RunOfStreams, stream: StreamName, message: Uint8Array): void;
  /** A chunk of text, for log events. */
  logged(run: RunOfStreams, stream: StreamName, bytes: Uint8Array): void;
  counted(stream: StreamName, logged: number, dropped: number): void;
  trouble(stream: StreamName, errno: string | null, dropped: number): void;
}
