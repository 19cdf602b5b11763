/** Where the bytes of a stream go. */
export interface LogTarget {
  readonly path: string;
  /** Why bytes are being dropped now, such as `ENOSPC`; `null` when all is well. */
  readonly failing: string | null;
  /** It cannot keep up: whoever writes should pause until `onDrain` calls back. */
  readonly busy: boolean;
  /** Takes a chunk, which may be overwritten after the call. Never throws: what cannot be written is counted. */
  write(chunk: Uint8Array): WriteCount;
  onDrain(callback: () => void): void;
  setLimits(maxbytes: number, backups: number): void;
  /** Closes and opens the target by name. */
  reopen(): void;
  /** Empties it. Throws the system's error. */
  clear(): void;
  /** Resolves when all it took is written, where that may take time. */
  close(): Promise<void> | void;
}

/** What became of the bytes of a write. `logged` is negative if it had to cut back bytes logged earlier. */
export interface WriteCount {
  logged: number;
  dropped: number;
}
