/**
 * What the keeper leaves on disk so that its successor finds every program after a crash: one small file per key, written
 * by rename in the tick of the spawn and of the exit, and the journal's state. All in a folder of mode 0700.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import type { ExitEvent, ProcessLogs, StopManners } from "../protocol/keeper.ts";
import type { JournalState } from "./event-journal.ts";

export class Registry {
  readonly #programs: string;
  readonly #state: string;

  /** Creates the folder if need be. Throws the system's error. */
  constructor(folder: string) {
    this.#programs = join(folder, "programs");
    this.#state = join(folder, "state.json");
    fs.mkdirSync(this.#programs, { recursive: true, mode: 0o700 });
  }

  /** A record without a pid says that a spawn is about to happen; it stands beside the last one until the next is written. */
  write(record: ProgramRecord): void {
    // Gone if somebody cleaned up.
    fs.mkdirSync(this.#programs, { recursive: true, mode: 0o700 });
    replace(this.#file(record.key, record.pid === 0), JSON.stringify(record));
    if (record.pid !== 0) fs.rmSync(this.#file(record.key, true), { force: true });
  }

  remove(key: string): void {
    fs.rmSync(this.#file(key, false), { force: true });
    fs.rmSync(this.#file(key, true), { force: true });
  }

  writeState(state: JournalState): void {
    replace(this.#state, JSON.stringify(state));
  }

  /** Records of an earlier keeper. A file that is not a record is set aside, with its name, not lost. */
  readAll(): ProgramRecord[] {
    return fs
      .readdirSync(this.#programs)
      .filter((name) => name.endsWith(".json"))
      .map((name) => readJson(join(this.#programs, name), isRecord))
      .filter((record) => record !== null);
  }

  readState(): JournalState {
    return readJson(this.#state, isState) ?? { seq: 0, acknowledged: 0, entries: {} };
  }

  /** Keys hold characters that file names cannot, and may be longer. */
  #file(key: string, starting: boolean): string {
    const name = createHash("sha256").update(key).digest("hex").slice(0, 32);
    return join(this.#programs, starting ? `${name}.starting.json` : `${name}.json`);
  }
}

export interface ProgramRecord {
  readonly version: 1;
  readonly key: string;
  readonly incarnation: number;
  readonly boot: string;
  /** 0: about to be spawned when this was written. */
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

function replace(file: string, text: string): void {
  const draft = `${file}.new`;
  fs.writeFileSync(draft, text, { mode: 0o600 });
  fs.renameSync(draft, file);
}

function readJson<T>(file: string, check: (value: unknown) => value is T): T | null {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (check(value)) return value;
  } catch {
    // Falls through to the same end as any other foreign content.
  }
  fs.renameSync(file, `${file}.unreadable`);
  return null;
}

function isRecord(value: unknown): value is ProgramRecord {
  return typeof value === "object" && value !== null && "version" in value && value.version === 1;
}

function isState(value: unknown): value is JournalState {
  return typeof value === "object" && value !== null && "seq" in value && "acknowledged" in value && "entries" in value;
}
