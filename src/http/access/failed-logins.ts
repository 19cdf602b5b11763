/** Wrong passwords that a peer may send before it is slowed down. */
const FREE_FAILURES = 5;
/** Milliseconds. */
const PENALTY = 1000;
const FORGET_AFTER = 60_000;
const MOST_PEERS = 1000;
/** Answers that one peer may wait for at the same time; more connections must not mean more guesses. */
const MOST_WAITING = 8;

/**
 * Slows down who guesses passwords: after five wrong ones a peer waits a second for each further answer. Right ones wait too,
 * or a guesser would only have to hang up on answers that do not come at once.
 */
export class FailedLogins {
  readonly #now: () => number;
  readonly #peers = new Map<string, { failures: number; last: number }>();
  readonly #waiting = new Map<string, number>();

  /** @param now monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds to wait before the next credentials of this peer are looked at. */
  delayFor(peer: string): number {
    const known = this.#peers.get(peer);
    if (known === undefined || known.failures < FREE_FAILURES) return 0;
    if (this.#now() - known.last < FORGET_AFTER) return PENALTY;
    this.#peers.delete(peer);
    return 0;
  }

  /** Takes one of the peer's places to wait in; false: all are taken, so its credentials are not looked at. Pair with `leave`. */
  enter(peer: string): boolean {
    const waiting = this.#waiting.get(peer) ?? 0;
    if (waiting >= MOST_WAITING) return false;
    this.#waiting.set(peer, waiting + 1);
    return true;
  }

  leave(peer: string): void {
    const waiting = (this.#waiting.get(peer) ?? 0) - 1;
    if (waiting > 0) this.#waiting.set(peer, waiting);
    else this.#waiting.delete(peer);
  }

  failed(peer: string): void {
    const failures = (this.#peers.get(peer)?.failures ?? 0) + 1;
    // Moved to the end: the first of the map is the one that has been quiet for longest.
    this.#peers.delete(peer);
    this.#peers.set(peer, { failures, last: this.#now() });
    if (this.#peers.size <= MOST_PEERS) return;
    for (const oldest of this.#peers.keys()) {
      this.#peers.delete(oldest);
      return;
    }
  }

  succeeded(peer: string): void {
    this.#peers.delete(peer);
  }
}
