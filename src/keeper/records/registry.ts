/**
 * What the keeper leaves on disk so that its successor finds every program after a crash: one file of lines, in the keeper's
 * folder, that grows by a line for each spawn, exit and change of the saved state, in the tick in which it happens. It is written
 * anew, without what is out of date, when most of it is. One write for each thing that happens, however many programs there are.
 */
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { ExitEvent, ProcessLogs, StopManners } from "../../protocol/keeper.ts";
import type { JournalState } from "./event-journal.ts";

export class Registry {
  readonly #file: string;
  readonly #saved: () => JournalState;
  /** What is in force, by key: the last run, and the spawn that is about to happen. Not as lines: their parts are in use anyway. */
  readonly #runs = new Map<string, ProgramRecord>();
  readonly #intents = new Map<string, ProgramRecord>();
  #fd: number | null = null;
  #inode = 0;
  #size = 0;
  #sizeWhenNew = 0;
  /** The last write failed, perhaps in the middle of a line. */
  #torn = false;

  /** `saved` is asked for the whole state whenever the file is written anew. Opens nothing yet. */
  constructor(folder: string, saved: () => JournalState) {
    this.#file = registryFile(folder);
    this.#saved = saved;
  }

  /** A record without a pid says that a spawn is about to happen; it stands beside the last one until the next is written. */
  write(record: ProgramRecord): void {
    this.#take(record);
    this.#append(lineOf(record));
  }

  #take(record: ProgramRecord): void {
    if (record.pid === 0) this.#intents.set(record.key, record);
    else {
      this.#runs.set(record.key, record);
      this.#intents.delete(record.key);
    }
  }

  /** The spawn that was about to happen has failed. */
  dropIntent(key: string): void {
    if (this.#intents.delete(key)) this.#append(JSON.stringify({ failed: key }));
  }

  remove(key: string): void {
    if (!this.#runs.delete(key) && !this.#intents.delete(key)) return;
    this.#intents.delete(key);
    this.#append(JSON.stringify({ gone: key }));
  }

  /**
   * What is different in the saved state; `null` removes an entry.
   *
   * @param record what is not to be known without it: the next line, in the same write
   */
  writeState(
    { seq, acknowledged }: Pick<JournalState, "seq" | "acknowledged">,
    changes: Readonly<Record<string, string | null>>,
    record: ProgramRecord | null = null,
  ): void {
    const line = JSON.stringify({ state: { seq, acknowledged, changes } });
    if (record !== null) this.#take(record);
    this.#append(record === null ? line : `${line}\n${lineOf(record)}`);
  }

  /** Writes the whole file anew. Throws the system's error. */
  rewrite(): void {
    const draft = `${this.#file}.new`;
    fs.mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const size = writeLines(draft, this.#lines());
    fs.renameSync(draft, this.#file);
    this.close();
    this.#fd = fs.openSync(this.#file, fs.constants.O_WRONLY | fs.constants.O_APPEND);
    this.#inode = fs.fstatSync(this.#fd).ino;
    this.#torn = false;
    this.#size = this.#sizeWhenNew = size;
  }

  /** All that is in force. The saved entries as several changes of the state: there may be megabytes of them. */
  *#lines(): Generator<string> {
    const { seq, acknowledged, entries } = this.#saved();
    let changes: Record<string, string> = {};
    let length = 0;
    for (const name in entries) {
      const value = entries[name] ?? "";
      changes[name] = value;
      length += name.length + value.length;
      if (length < BATCH) continue;
      yield JSON.stringify({ state: { seq, acknowledged, changes } });
      changes = {};
      length = 0;
    }
    yield JSON.stringify({ state: { seq, acknowledged, changes } });
    for (const records of [this.#runs, this.#intents]) for (const record of records.values()) yield lineOf(record);
  }

  /** Takes over the lines of an earlier keeper, and says what they come to. */
  take(): RegistryContents {
    const contents = readRegistry(this.#file);
    for (const record of contents.records) (record.pid === 0 ? this.#intents : this.#runs).set(record.key, record);
    return contents;
  }

  close(): void {
    const fd = this.#fd;
    // Gone also if its end is told with an error: by then the number may be somebody else's.
    this.#fd = null;
    if (fd !== null) fs.closeSync(fd);
  }

  #isThere(): boolean {
    return fs.statSync(this.#file, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  #append(line: string): void {
    // Somebody may have cleaned up, or moved the folder away; and when most of it is out of date, so is the file.
    if (this.#fd === null || this.#size > LEAST + 3 * this.#sizeWhenNew || !this.#isThere()) return this.rewrite();
    const bytes = Buffer.from(`${this.#torn ? "\n" : ""}${line}\n`);
    this.#torn = true;
    if (fs.writeSync(this.#fd, bytes) < bytes.length)
      throw Object.assign(new Error("no room for the whole line"), { code: "ENOSPC" });
    this.#torn = false;
    this.#size += bytes.length;
  }
}

/** Writes a file anew, some lines at a time, and says how long it is. Throws the system's error. */
function writeLines(file: string, lines: Iterable<string>): number {
  const fd = fs.openSync(file, "w", 0o600);
  let size = 0;
  let batch: string[] = [];
  let length = 0;
  const write = (): void => {
    const bytes = Buffer.from(batch.join(""));
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done);
    size += bytes.length;
    batch = [];
    length = 0;
  };
  try {
    for (const line of lines) {
      batch.push(line, "\n");
      length += line.length;
      if (length >= BATCH) write();
    }
    write();
  } finally {
    fs.closeSync(fd);
  }
  return size;
}

function lineOf(record: ProgramRecord): string {
  return JSON.stringify({ run: record });
}

export interface RegistryContents {
  /** The last run of each program, then the spawns that were about to happen. */
  readonly records: readonly ProgramRecord[];
  readonly state: JournalState;
}

export function registryFile(folder: string): string {
  return join(folder, "registry.jsonl");
}

/** What a registry file says. Lines that make no sense are passed over: the last may have been cut by the end of its keeper. */
export function readRegistry(file: string): RegistryContents {
  const runs = new Map<string, ProgramRecord>();
  const intents = new Map<string, ProgramRecord>();
  const entries = new Map<string, string>();
  let [seq, acknowledged] = [0, 0];
  for (const line of readLines(file)) {
    if (isRecord(line.run)) {
      (line.run.pid === 0 ? intents : runs).set(line.run.key, line.run);
      if (line.run.pid !== 0) intents.delete(line.run.key);
    } else if (typeof line.failed === "string") intents.delete(line.failed);
    else if (typeof line.gone === "string") {
      runs.delete(line.gone);
      intents.delete(line.gone);
    } else if (line.state !== undefined) {
      ({ seq, acknowledged } = line.state);
      for (const [name, value] of Object.entries(line.state.changes)) {
        if (value === null) entries.delete(name);
        else entries.set(name, value);
      }
    }
  }
  const state = { seq, acknowledged, entries: Object.fromEntries(entries) };
  return { records: [...runs.values(), ...intents.values()], state };
}

export interface ProgramRecord {
  readonly version: 1;
  readonly key: string;
  readonly incarnation: number;
  readonly boot: string;
  /** 0: about to be spawned when this was written. -1: nobody has seen it. */
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly fifos: FifoPaths;
  readonly logs: ProcessLogs;
  readonly stop: StopManners;
  /** Name of the shared socket that is its stdin. */
  readonly socket?: string;
  /** Path of its control group. */
  readonly cgroup?: string;
  /** Its exit, with the event's number, once it happened. */
  readonly ended: (ExitEvent & { readonly seq: number }) | null;
}

export interface FifoPaths {
  readonly stdin: string;
  readonly stdout: string;
  /** `null`: the same as stdout. */
  readonly stderr: string | null;
  readonly life: string;
}

interface Line {
  readonly run?: unknown;
  readonly failed?: unknown;
  readonly gone?: unknown;
  readonly state?: {
    readonly seq: number;
    readonly acknowledged: number;
    readonly changes: Record<string, string | null>;
  };
}

/**
 * What the first version left (protocol 1): a file for each program, and one for the state. It is read after an upgrade of the
 * keeper, and never written.
 */
function olderLines(folder: string): Line[] {
  const read = (name: string): unknown => {
    try {
      return JSON.parse(fs.readFileSync(join(folder, name), "utf8"));
    } catch {
      return null;
    }
  };
  let names: string[];
  try {
    names = fs.readdirSync(join(folder, "programs")).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  const state = read("state.json") as (JournalState & object) | null;
  const { seq = 0, acknowledged = 0, entries = {} } = state ?? {};
  return [
    ...names.map((name) => ({ run: read(join("programs", name)) })),
    { state: { seq, acknowledged, changes: entries } },
  ];
}

/** One after the other, of a file that may be larger than what may be in memory at a time. */
function* readLines(file: string): Generator<Line> {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    yield* olderLines(dirname(file));
    return;
  }
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf("\n", from);
    const end = newline === -1 ? bytes.length : newline;
    const line = parseLine(bytes.toString("utf8", from, end));
    if (line !== null) yield line;
    from = end + 1;
  }
}

function parseLine(text: string): Line | null {
  try {
    const value: unknown = text === "" ? null : JSON.parse(text);
    return typeof value === "object" ? (value as Line | null) : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is ProgramRecord {
  return typeof value === "object" && value !== null && "version" in value && value.version === 1;
}

/** Characters that are put together at a time. */
const BATCH = 64 * 1024;
/** Bytes that may be out of date before the file is written anew, besides what it had when it was new. */
const LEAST = 256 * 1024;
