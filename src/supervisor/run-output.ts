import { statSync } from "node:fs";
import { readLog } from "../logs/read-log.ts";
import type { ProcessSpec } from "../model/model.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { logPath, type LaunchContext } from "./launch.ts";
import type { OutputHub } from "./output-hub.ts";

const STREAMS = ["stdout", "stderr"] as const;

/** Which part of a process's log files is the output of its present run, and which of this daemon's time. */
export class RunOutput {
  readonly #key: string;
  readonly #hub: OutputHub;
  readonly #context: LaunchContext;
  #run: Readonly<Record<StreamName, number>> = { stdout: 0, stderr: 0 };
  #boot: Readonly<Record<StreamName, number>> | null = null;

  constructor(key: string, hub: OutputHub, context: LaunchContext) {
    this.#key = key;
    this.#hub = hub;
    this.#context = context;
  }

  /** A run begins: whatever the log files hold by now is from before. */
  begin(spec: ProcessSpec): void {
    const sizeNow = (stream: StreamName): number => sizeOf(logPath(spec, stream, this.#context));
    this.#run = { stdout: sizeNow("stdout"), stderr: sizeNow("stderr") };
    this.#boot ??= this.#run;
  }

  /** Where in the log file the output of this daemon's time begins. */
  bootPosition(stream: StreamName): number {
    return this.#boot?.[stream] ?? 0;
  }

  /** Delivers what this run has written so far, then what it writes on, of both streams. Returns how to stop. */
  read(spec: ProcessSpec, listener: (bytes: Uint8Array) => void): () => void {
    const stops = STREAMS.map((stream) =>
      this.#hub.follow(
        this.#key,
        stream,
        (item) => void (item.type === "output" && listener(item.data)),
        (size) => {
          const path = logPath(spec, stream, this.#context);
          const start = this.#run[stream];
          if (path === null || size <= start) return;
          const bytes = readLog(path, start, size - start);
          if (typeof bytes !== "string") listener(bytes);
        },
      ),
    );
    return () => stops.forEach((stop) => stop());
  }
}

function sizeOf(path: string | null): number {
  try {
    return path === null ? 0 : statSync(path).size;
  } catch {
    return 0;
  }
}
