import type { ProcessKey, StreamName } from "../protocol/keeper.ts";
import { unfinishedUtf8 } from "../protocol/unfinished-utf8.ts";

/**
 * Characters that were cut in two because a read ended there: their first bytes wait for the rest, so that log events carry
 * whole characters. At most three bytes a stream.
 */
export class OutputTails {
  readonly #tails = new Map<ProcessKey, Map<StreamName, { readonly pid: number; readonly bytes: Uint8Array }>>();

  /** What can be passed on now: what was kept back, and this chunk up to its last whole character. */
  take(key: ProcessKey, stream: StreamName, pid: number, chunk: Uint8Array): Uint8Array {
    const streams = this.#tails.get(key) ?? new Map<StreamName, { pid: number; bytes: Uint8Array }>();
    const kept = streams.get(stream);
    const whole = kept === undefined || kept.pid !== pid ? chunk : Buffer.concat([kept.bytes, chunk]);
    const rest = unfinishedUtf8(whole);
    if (rest > 0) streams.set(stream, { pid, bytes: whole.slice(whole.length - rest) });
    else streams.delete(stream);
    if (streams.size > 0) this.#tails.set(key, streams);
    else this.#tails.delete(key);
    return whole.subarray(0, whole.length - rest);
  }

  /** The process has ended: what never became whole. */
  end(key: ProcessKey): { readonly stream: StreamName; readonly pid: number; readonly bytes: Uint8Array }[] {
    const left = [...(this.#tails.get(key) ?? [])].map(([stream, { pid, bytes }]) => ({ stream, pid, bytes }));
    this.#tails.delete(key);
    return left;
  }
}
