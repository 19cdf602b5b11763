import { statSync } from "node:fs";
import { fileMoment } from "../files/file-moment.ts";
import { readLog } from "../logs/read-log.ts";
import type { ProcessSpec } from "../model/model.ts";
import type { StreamName } from "../protocol/keeper.ts";
import { logPath, type LaunchContext } from "./launch.ts";
import type { OutputHub } from "./output-hub.ts";

const STREAMS = ["stdout", "stderr"] as const;

/** A place in a log file: `file` says which one (`fileMoment`), because its name may lead to another by the time it is read. */
export interface LogPosition {
  readonly offset: number;
  /** Absent: the file of that name now. "" if there was none: every file of that name is younger. */
  readonly file?: string;
}

/** Where the outputs of the present run and of this daemon's time begin, for a later supervisor. */
export interface SavedOutput {
  readonly run: Readonly<Record<StreamName, LogPosition>>;
  readonly boot: Readonly<Record<StreamName, LogPosition>>;
}

/** Which part of a process's log files is the output of its present run, and which of this daemon's time. */
export class RunOutput {
  readonly #key: string;
  readonly #hub: OutputHub;
  readonly #context: LaunchContext;
  #run: Readonly<Record<StreamName, LogPosition>> = { stdout: { offset: 0 }, stderr: { offset: 0 } };
  #boot: Readonly<Record<StreamName, LogPosition>> | null = null;

  constructor(key: string, hub: OutputHub, context: LaunchContext) {
    this.#key = key;
    this.#hub = hub;
    this.#context = context;
  }

  /** A run begins: whatever the log files hold by now is from before. */
  begin(spec: ProcessSpec): void {
    const endNow = (stream: StreamName): LogPosition => endOf(logPath(spec, stream, this.#context));
    this.#run = { stdout: endNow("stdout"), stderr: endNow("stderr") };
    this.#boot ??= this.#run;
  }

  /** `null` if they begin where the files do, as those of most processes. */
  save(): SavedOutput | null {
    const [run, boot] = [this.#run, this.#boot ?? this.#run];
    return STREAMS.every((stream) => run[stream].offset === 0 && boot[stream].offset === 0) ? null : { run, boot };
  }

  restore({ run, boot }: SavedOutput): void {
    this.#run = run;
    this.#boot = boot;
  }

  /** Where in the log file the output of this daemon's time begins. */
  bootPosition(stream: StreamName): LogPosition {
    return this.#boot?.[stream] ?? { offset: 0 };
  }

  /**
   * Delivers what this run has written so far, then what it writes on, of both streams. Where the keeper has left something out,
   * bytes around that may come twice. Returns how to stop.
   */
  read(spec: ProcessSpec, listener: (bytes: Uint8Array) => void): () => void {
    const stops = STREAMS.map((stream) =>
      this.#hub.follow(
        this.#key,
        stream,
        (item) => listener(item.type === "output" ? item.data : this.#skipped(spec, stream, item.bytes)),
        ({ size, file }) => {
          const path = logPath(spec, stream, this.#context);
          const begun = this.#run[stream];
          // Rotated or emptied since: what the file has now is all of this run.
          const start = size < begun.offset || isAnother(begun.file, file) ? 0 : begun.offset;
          if (path === null || size <= start) return;
          const bytes = readLog(path, start, size - start);
          if (typeof bytes !== "string") listener(bytes);
        },
      ),
    );
    return () => stops.forEach((stop) => stop());
  }

  /** The keeper has sent more than we could read and left out so much of it: its end is in the log, if there is one. */
  #skipped(spec: ProcessSpec, stream: StreamName, gap: number): Uint8Array {
    const path = logPath(spec, stream, this.#context);
    const bytes = path === null ? "NO_FILE" : readLog(path, -Math.min(MOST, gap + SINCE), 0);
    return typeof bytes === "string" ? new Uint8Array(0) : bytes;
  }
}

/** By device and inode: it has been written to meanwhile. */
function isAnother(before: string | undefined, now: string | undefined): boolean {
  const which = (moment: string): string => moment.split(":").slice(0, 2).join(":");
  return before !== undefined && now !== undefined && which(before) !== which(now);
}

/** Bytes: what is looked through of a gap, and what may have been written since it was told. */
const MOST = 1024 * 1024;
const SINCE = 64 * 1024;

function endOf(path: string | null): LogPosition {
  try {
    if (path === null) return { offset: 0 };
    const found = statSync(path, { bigint: true });
    return { offset: Number(found.size), file: fileMoment(found) };
  } catch {
    return { offset: 0, file: "" };
  }
}
