import type { Clock } from "../clock/clock.ts";
import type { Keeper, KeeperSnapshot, KeptProcess } from "../protocol/keeper.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { SavedProcess } from "./saved-state.ts";

/** What an earlier supervisor left about one process. */
export interface Inherited {
  /** What the keeper knows of it; `null` if it was never started. */
  readonly kept: KeptProcess | null;
  /** What the earlier supervisor had saved; `null` if it did not come to that. */
  readonly saved: SavedProcess | null;
}

const SIGKILL = 9;
const SIGTERM = 15;
/** Milliseconds from SIGTERM to SIGKILL for a program whose config is not known any more. */
const PATIENCE = 10_000;

/**
 * What an earlier supervisor of the same keeper left, to be taken up process by process. It may have died in the middle of
 * applying an edit: then some of it belongs to processes that come into being only when the edit is applied again, and
 * some to none, if the edit has been taken back since.
 */
export class Inheritance {
  readonly #left = new Map<string, Inherited>();
  /** Those that are being ended. */
  readonly #going = new Map<string, Going>();
  #gone: (() => void)[] = [];

  receive(snapshot: KeeperSnapshot): void {
    const kept = new Map(snapshot.processes.map((process) => [process.key, process]));
    for (const key of new Set([...kept.keys(), ...Object.keys(snapshot.saved).filter((key) => key.includes(":"))])) {
      const saved = snapshot.saved[key];
      this.#left.set(key, {
        kept: kept.get(key) ?? null,
        saved: saved === undefined ? null : (JSON.parse(saved) as SavedProcess),
      });
    }
  }

  /**
   * Gives a process what is left of it, once. Returns, if there was anything, how to end a run that is over although nobody
   * will tell: its exit was told before there was anyone to hear it.
   */
  giveTo(process: ManagedProcess): (() => void) | null {
    const going = this.#going.get(process.key);
    const inherited = going?.inherited ?? this.#left.get(process.key);
    if (inherited === undefined) return null;
    this.#left.delete(process.key);
    // It is back: what it was sent already ends this run of it, and not the next.
    if (going !== undefined) this.#settle(process.key);
    process.restore(inherited.saved, inherited.kept);
    return () => {
      if (process.pid === 0 || inherited.kept?.pid === process.pid) return;
      process.input({ type: "exited", code: null, signal: null, unknown: true });
    };
  }

  /**
   * Ends the programs that nobody has taken up, and has them forgotten: one of that name that comes later begins anew. Resolves when
   * none of them runs, nor of those that were dropped before.
   */
  async drop(keeper: Keeper, clock: Clock, log: (message: string) => void): Promise<void> {
    for (const [key, inherited] of this.#left) {
      const { kept } = inherited;
      const forget = (): void => {
        keeper.acknowledge(0, { [key]: null });
        keeper.forget(key).catch(() => {}); // it could not be reached, and runs on
      };
      if (kept === null || kept.pid === 0) {
        forget();
        continue;
      }
      log(`${key} (pid ${kept.pid}) is in the config no more: stopping it`);
      // Whoever cannot be reached is not waited for.
      const send = async (signal: number): Promise<void> => {
        const sent = await keeper.signal(key, signal, "group").catch(() => null);
        if (sent?.ok !== true) this.exited(key);
      };
      const callOff = clock.at(clock.monotonic() + PATIENCE, () => void send(SIGKILL));
      this.#going.set(key, { inherited, callOff, forget });
      void send(SIGTERM);
    }
    this.#left.clear();
    if (this.#going.size > 0) await new Promise<void>((resolve) => this.#gone.push(resolve));
  }

  /** The keeper says that this has ended; perhaps it is one of those. */
  exited(key: string): void {
    this.#going.get(key)?.forget();
    this.#settle(key);
  }

  #settle(key: string): void {
    this.#going.get(key)?.callOff();
    this.#going.delete(key);
    if (this.#going.size === 0) for (const resolve of this.#gone.splice(0)) resolve();
  }
}

interface Going {
  readonly inherited: Inherited;
  /** No SIGKILL any more. */
  readonly callOff: () => void;
  readonly forget: () => void;
}
