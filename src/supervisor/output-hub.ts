import type { Keeper, KeeperEvent, ProcessKey, StreamName } from "../protocol/keeper.ts";

export type OutputItem = Extract<KeeperEvent, { type: "output" | "gap" }>;

/**
 * The size of a log file, and which one that is (device and inode), because the name may lead to its successor by now; and how
 * many bytes its stream has produced.
 */
export type Standing = Awaited<ReturnType<Keeper["follow"]>>;

/**
 * Shares the keeper's live output among those who want it: the keeper is asked to follow a stream when the first comes, and
 * told to stop when the last has gone.
 */
export class OutputHub {
  readonly #keeper: Keeper;
  readonly #followers = new Map<string, Set<(item: OutputItem) => void>>();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /**
   * Follows one stream. `onStart` hears how things stood at that moment, before any output: all that was written before is in
   * the file up to there, all that comes after is told to `listener`, so a reader of both sees each byte once. Returns how to
   * stop.
   */
  follow(
    key: ProcessKey,
    stream: StreamName,
    listener: (item: OutputItem) => void,
    onStart: (standing: Standing) => void = () => {},
  ): () => void {
    const id = `${stream} ${key}`;
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers);

    // Output that is already on its way may overtake the answer that says where we began: hold it until then.
    let held: OutputItem[] | null = [];
    const receive = (item: OutputItem): void => void (held === null ? listener(item) : held.push(item));
    followers.add(receive);
    const begin = (standing: Standing): void => {
      if (!followers.has(receive)) return;
      onStart(standing);
      const late = held ?? [];
      held = null;
      for (const item of late) if (item.type === "gap" || item.position > standing.position) listener(item);
    };
    this.#keeper.follow(key, stream, true).then(begin, () => begin({ size: 0, position: 0 }));

    return () => {
      followers.delete(receive);
      if (followers.size > 0 || this.#followers.get(id) !== followers) return;
      this.#followers.delete(id);
      this.#keeper.follow(key, stream, false).catch(() => {
        // The keeper is gone, and with it what was followed.
      });
    };
  }

  /** Takes the keeper's events that are output. */
  deliver(event: OutputItem): void {
    for (const receive of this.#followers.get(`${event.stream} ${event.key}`) ?? []) receive(event);
  }
}
