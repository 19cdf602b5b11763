import { errnoOf } from "../kernel/errno.ts";

/**
 * The keeper's records on disk when they cannot be written: a full disk must not stop programs, they would just not be found by
 * a later keeper. So it is counted and told, and as long as it lasts everything is written again every few seconds.
 */
export class RecordTrouble {
  readonly #again: () => void;
  readonly #told: (errno: string | null, failed: number) => void;
  #errno: string | null = null;
  #failed = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `again` writes all records, through `attempt`; `told` hears of the first failure and of the end of them. */
  constructor(again: () => void, told: (errno: string | null, failed: number) => void) {
    this.#again = again;
    this.#told = told;
  }

  /** Why records cannot be written now; `null` when all is well. */
  get errno(): string | null {
    return this.#errno;
  }

  attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      const first = this.#errno === null;
      this.#errno = errnoOf(error);
      this.#failed++;
      if (first) this.#told(this.#errno, 1);
      this.#timer ??= setTimeout(() => this.#retry(), RETRY_AFTER);
    }
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #retry(): void {
    this.#timer = null;
    const before = this.#failed;
    this.#again();
    if (this.#failed > before) return;
    this.#errno = null;
    this.#told(null, before);
    this.#failed = 0;
  }
}

/** Milliseconds. */
const RETRY_AFTER = 3000;
