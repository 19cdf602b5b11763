import type { ManagedProcess } from "./managed-process.ts";

/**
 * Who waits until something holds for a process. Kept by process, so that a change of one is not told to those who wait for
 * the thousand others of a bulk stop.
 */
export class ProcessWaits {
  readonly #waits = new Map<ManagedProcess, Set<() => boolean>>();

  /** Resolves once `condition` holds, now or after a change; rejects with what it throws. */
  until(process: ManagedProcess, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const isOver = (): boolean => {
        try {
          if (!condition()) return false;
          resolve();
        } catch (error) {
          reject(error);
        }
        return true;
      };
      if (isOver()) return;
      const waits = this.#waits.get(process);
      if (waits === undefined) this.#waits.set(process, new Set([isOver]));
      else waits.add(isOver);
    });
  }

  /** The process has changed: looks again for those who wait for it. */
  changed(process: ManagedProcess): void {
    const waits = this.#waits.get(process);
    if (waits === undefined) return;
    for (const isOver of waits) if (isOver()) waits.delete(isOver);
    if (waits.size === 0) this.#waits.delete(process);
  }
}
