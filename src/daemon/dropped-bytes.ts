import type { Keeper, KeeperSnapshot, PassingEvent, ProcessKey } from "../protocol/keeper.ts";
import type { LostOutput } from "../supervisor/snapshot.ts";

/**
 * How much output of each process was lost to full disks. The keeper counts; it tells when a log begins to fail and when it
 * works again, not each byte in between. So as long as one fails, whoever wants to know makes us ask.
 */
export class DroppedBytes {
  readonly #keeper: Keeper;
  readonly #failing = new Set<string>();
  #changed = false;
  #known: ReadonlyMap<ProcessKey, LostOutput>;

  constructor(keeper: Keeper, snapshot: KeeperSnapshot) {
    this.#keeper = keeper;
    this.#known = countsOf(snapshot);
    for (const { key, counters } of snapshot.processes)
      for (const stream of ["stdout", "stderr"] as const)
        if (counters[stream].failing !== null) this.#failing.add(`${stream} ${key}`);
  }

  note(event: PassingEvent & { type: "logTrouble" }): void {
    this.#changed = true;
    const name = `${event.stream} ${event.key}`;
    if (event.errno === null) this.#failing.delete(name);
    else this.#failing.add(name);
  }

  /** By process key, as of now. */
  async current(): Promise<ReadonlyMap<ProcessKey, LostOutput>> {
    if (this.#changed || this.#failing.size > 0) {
      this.#changed = false;
      this.#known = countsOf(await this.#keeper.snapshot());
    }
    return this.#known;
  }
}

function countsOf(snapshot: KeeperSnapshot): ReadonlyMap<ProcessKey, LostOutput> {
  return new Map(
    snapshot.processes.map(({ key, counters: { stdout, stderr } }) => [
      key,
      { bytes: stdout.dropped + stderr.dropped, failing: stdout.failing ?? stderr.failing },
    ]),
  );
}
