import { rmSync } from "node:fs";
import { EventJournal } from "./event-journal.ts";
import { LostEvents } from "./lost-events.ts";
import { forgetOtherWorld } from "./other-world.ts";
import { RecordTrouble } from "./record-trouble.ts";
import { Registry, registryFile, type ProgramRecord } from "./registry.ts";

/**
 * What a keeper leaves to the next one: its runs, in the tick in which they begin and end, and events and what the supervisor
 * saved, 50 ms after a change at the latest. A full runtime disk must not stop programs: they would just not be adopted.
 */
export class Records {
  readonly journal: EventJournal;
  readonly lost = new LostEvents();
  /** What an earlier keeper left. */
  readonly found: readonly ProgramRecord[];
  readonly #folder: string;
  readonly #registry: Registry;
  readonly #trouble: RecordTrouble;
  #mirror: NodeJS.Timeout | null = null;
  #isClosed = false;
  /** What the supervisor saved since the state was last written. */
  #unsaved: Record<string, string | null> = {};

  /** `trouble` hears why records cannot be written, and with `null` that they can be again. */
  constructor(folder: string, trouble: (errno: string | null, failed: number) => void) {
    this.#folder = folder;
    this.#registry = new Registry(folder, () => this.journal.saved());
    this.#trouble = new RecordTrouble(() => this.#trouble.attempt(() => this.#registry.rewrite()), trouble);
    forgetOtherWorld(folder);
    const { records, state } = this.#registry.take();
    this.found = records;
    const changed = (): void => {
      // What comes after the end would be taken for the records of a keeper that was killed.
      if (!this.#isClosed) this.#mirror ??= setTimeout(() => this.#saveState(), 50);
    };
    this.journal = new EventJournal(state, changed, (event) => this.lost.note(event));
  }

  /** Why they cannot be written now; `null` when all is well. */
  get errno(): string | null {
    return this.#trouble.errno;
  }

  write(record: ProgramRecord): void {
    this.#trouble.attempt(() => this.#registry.write(record));
  }

  /** A run that is about to get its process. The next keeper must not know of it without what the supervisor has noted about it. */
  writeIntent(record: ProgramRecord): void {
    this.#saveState(record);
  }

  /** What was about to happen has not. */
  dropIntent(key: string): void {
    this.#trouble.attempt(() => this.#registry.dropIntent(key));
  }

  remove(key: string): void {
    this.#trouble.attempt(() => this.#registry.remove(key));
  }

  acknowledge(seq: number, changes: Readonly<Record<string, string | null>>): void {
    Object.assign(this.#unsaved, changes);
    this.journal.acknowledge(seq, changes);
    this.lost.acknowledged(seq);
  }

  /** Writes what is to be written in a while, if there is anything. */
  writeNow(): void {
    if (this.#mirror !== null) this.#saveState();
  }

  close(): void {
    this.#isClosed = true;
    this.#saveState();
    this.#trouble.close();
    this.#registry.close();
  }

  /** A proper end: the next keeper begins anew instead of taking over what is over. */
  erase(): void {
    rmSync(registryFile(this.#folder), { force: true });
  }

  #saveState(record: ProgramRecord | null = null): void {
    clearTimeout(this.#mirror ?? undefined);
    this.#mirror = null;
    this.#trouble.attempt(() => this.#registry.writeState(this.journal, this.#unsaved, record));
    this.#unsaved = {};
  }
}
