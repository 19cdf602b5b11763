/**
 * The keeper's side of the connection to a supervisor.
 *
 * The stream is an inherited socket, so whoever is at the other end was started by the keeper; still every message is
 * checked, and one that makes no sense closes the connection. Kept events are sent from the journal as the stream takes
 * them, so a supervisor that does not read costs no memory. So is the snapshot, which can be long: whoever is killed before
 * it has read it must not leave it behind, again and again. Output is skipped beyond 1 MiB and the gap is told; but a line of a
 * quiet stream, which somebody may wait for, is not lost for the flood of another. Of kept events that had to be dropped before they
 * were sent, it is told how many.
 */
import type { Duplex } from "node:stream";
import { encodeMessage, encodePieces, FrameReader, type Message } from "../protocol/frames.ts";
import { commonProtocol, OURS } from "../protocol/keeper-version.ts";
import type { KeeperEvent, KeeperSnapshot, PassingEvent, StreamName } from "../protocol/keeper.ts";
import { perform } from "./perform.ts";
import { HeldWrites } from "./held-writes.ts";
import type { KeeperCore } from "./keeper-core.ts";
import { snapshotText } from "./snapshot-text.ts";

/**
 * Serves `keeper` over `stream` until either ends. One supervisor at a time: end the old stream before a new one. `ready` is
 * called when the supervisor has its snapshot: events reach it from then on.
 */
export function serveKeeper(
  keeper: KeeperCore,
  stream: Duplex,
  ready: () => void = () => undefined,
): SupervisorConnection {
  return new SupervisorConnection(keeper, stream, ready);
}

export class SupervisorConnection {
  readonly #keeper: KeeperCore;
  readonly #stream: Duplex;
  readonly #writes: HeldWrites;
  readonly #reader = new FrameReader();
  /** Number of the newest event sent; `null` before the snapshot. */
  #sent: number | null = null;
  readonly #gaps = new Map<string, { key: string; stream: StreamName; bytes: number }>();
  /** Runs while word of lost events is not to be repeated yet. */
  #told: NodeJS.Timeout | null = null;
  /** Bytes that each stream has sent since the supervisor fell behind. */
  readonly #spent = new Map<string, number>();
  readonly #ready: () => void;
  readonly #detach: () => void;
  #greeted = false;
  #heard = 0;
  #closed = false;
  /** What is left of an answer that is sent as the stream takes it; `null`: nothing. */
  #long: Iterator<Uint8Array> | null = null;
  /** What is to be said after it. */
  readonly #later: (() => void)[] = [];

  constructor(keeper: KeeperCore, stream: Duplex, ready: () => void, now: () => number = () => performance.now()) {
    this.#ready = ready;
    this.#keeper = keeper;
    this.#stream = stream;
    this.#writes = new HeldWrites(stream, (then) => process.nextTick(then), HELD_FOR, now);
    stream.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    stream.on("drain", () => this.#goOn());
    stream.on("error", () => this.close());
    stream.on("close", () => this.close());
    stream.on("end", () => this.close());
    this.#detach = keeper.attach(
      (event) => this.#event(event),
      // A turn later: the answer to `quit` goes first.
      () => setImmediate(() => this.close()),
    );
    this.#send({ op: "hello", ...OURS, pid: process.pid });
  }

  /** How many messages it has sent so far. */
  get heard(): number {
    return this.#heard;
  }

  /** It has its snapshot, and is told of what happens. */
  get hears(): boolean {
    return !this.#closed && this.#sent !== null;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keeper.unfollowAll();
    this.#detach();
    if (this.#told !== null) clearTimeout(this.#told);
    this.#keeper.lost.unheard();
    this.#long = null;
    this.#later.length = 0;
    // Not `destroy`: the answer to `quit` may be on its way.
    this.#stream.end();
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const message of this.#reader.push(chunk)) if (!this.#closed) this.#handle(message);
    } catch (error) {
      process.stderr.write(`keeper: closing the supervisor's connection: ${String(error)}\n`);
      this.#stream.destroy();
      this.close();
    }
  }

  #handle(message: Message): void {
    this.#heard++;
    const call = message.json as { op?: unknown; id?: unknown; protocol?: unknown } | null;
    if (typeof call !== "object" || call === null || typeof call.op !== "string") throw new Error("not a request");
    if (!this.#greeted) {
      const spoken = typeof call.protocol === "number" ? { protocol: call.protocol } : null;
      if (call.op !== "hello" || spoken === null || commonProtocol(spoken) !== spoken.protocol)
        throw new Error("it speaks another protocol");
      this.#greeted = true;
      return;
    }
    const id = call.id;
    if (call.op !== "acknowledge" && !Number.isSafeInteger(id)) throw new Error("a request without a number");
    perform(this.#keeper, call.op, message).then(
      (result) => {
        if (call.op === "acknowledge") return;
        // Events after the snapshot begin exactly where it ends: both are taken in this turn.
        const ready = call.op === "snapshot" && this.#sent === null;
        if (ready) this.#sentUpTo(this.#keeper.journal.seq);
        if (call.op === "snapshot") this.#sendLong(snapshotText(Number(id), result as KeeperSnapshot));
        else this.#send({ op: "result", id, result: result ?? null });
        if (ready) this.#ready();
      },
      (error: unknown) =>
        this.#send({ op: "failed", id, message: error instanceof Error ? error.message : String(error) }),
    );
  }

  #event(event: KeeperEvent): void {
    if (this.#closed || this.#sent === null) return;
    if ("seq" in event) this.#pump();
    else if (event.type === "output" && this.#isTooMuch(event)) this.#skip(event);
    else this.#pass(event);
  }

  #isTooMuch(event: PassingEvent & { type: "output" }): boolean {
    const name = nameOf(event);
    // What comes after a gap comes after word of it.
    if (this.#gaps.has(name)) return true;
    if (!this.#isBehind) return false;
    const spent = (this.#spent.get(name) ?? 0) + event.data.length;
    if (spent > SHARE) return true;
    this.#spent.set(name, spent);
    return false;
  }

  #skip(event: PassingEvent & { type: "output" }): void {
    const name = nameOf(event);
    const gap = this.#gaps.get(name) ?? { key: event.key, stream: event.stream, bytes: 0 };
    gap.bytes += event.data.length;
    this.#gaps.set(name, gap);
  }

  get #isBehind(): boolean {
    return this.#long !== null || this.#stream.writableLength > QUEUE_CAP;
  }

  /** Sends what waits, oldest first, as far as the stream takes it. */
  #pump(): void {
    if (this.#closed || this.#sent === null || this.#long !== null) return;
    if (!this.#isBehind) this.#spent.clear();
    for (const gap of this.#gaps.values()) this.#send({ op: "event", event: { type: "gap", ...gap } });
    this.#gaps.clear();
    // With many that wait, it would take a while to find out which is the first.
    if (this.#stream.writableLength > QUEUE_CAP) return;
    const { pending } = this.#keeper.journal;
    let at = pending.length;
    while (at > 0 && (pending[at - 1]?.seq ?? 0) > this.#sent) at--;
    for (const event of pending.slice(at)) {
      if (this.#stream.writableLength > QUEUE_CAP) return;
      this.#sentUpTo(event.seq);
      this.#send({ op: "event", event });
    }
    this.#tellLost();
  }

  #sentUpTo(seq: number): void {
    this.#sent = this.#keeper.lost.sent = seq;
  }

  /** At once, and then not again for some seconds: a flood goes on. */
  #tellLost(): void {
    if (this.#closed || this.#told !== null) return;
    const losses = this.#keeper.lost.take();
    if (losses.length === 0) return;
    for (const loss of losses) this.#send({ op: "event", event: { type: "eventsLost", ...loss } });
    this.#told = setTimeout(() => {
      this.#told = null;
      this.#tellLost();
    }, TELL_EVERY).unref();
  }

  #sendLong(pieces: Iterable<string>): void {
    if (this.#closed) return;
    if (this.#long !== null) {
      this.#later.push(() => this.#sendLong(pieces));
      return;
    }
    this.#long = encodePieces(pieces);
    this.#goOn();
  }

  /** The stream has room: first for the rest of a long answer, then for what came after it. */
  #goOn(): void {
    while (this.#long !== null && this.#stream.writableLength < LONG_CAP) {
      const { done, value } = this.#long.next();
      if (done !== true) this.#writeFrames([value]);
      else this.#long = null;
    }
    while (this.#long === null && this.#later.length > 0) this.#later.shift()?.();
    this.#pump();
  }

  #pass(event: PassingEvent): void {
    if (event.type !== "output") {
      this.#send({ op: "event", event });
      return;
    }
    const { data, ...rest } = event;
    this.#write({ json: { op: "event", event: rest }, bytes: data });
  }

  #send(json: object): void {
    this.#write({ json, bytes: null });
  }

  #write(message: Message): void {
    // Frames of two messages cannot be mixed.
    if (this.#long !== null) this.#later.push(() => this.#write(message));
    else this.#writeFrames(encodeMessage(message));
  }

  #writeFrames(frames: readonly Uint8Array[]): void {
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#writes.write(frames);
  }
}

const QUEUE_CAP = 1024 * 1024;
/** Milliseconds. */
const TELL_EVERY = 10_000;
/** Bytes of a long answer that wait for the stream at a time. More than its high-water mark, or it would not say when it has room. */
const LONG_CAP = 128 * 1024;
/**
 * Milliseconds: the supervisor takes in the first of many deaths while we find the next. More than it holds back, because whatever
 * it hears at a time it saves at a time.
 */
const HELD_FOR = 8;
/** Bytes that each stream may add while the supervisor is behind. */
const SHARE = 16 * 1024;

function nameOf({ stream, key }: PassingEvent & { type: "output" }): string {
  return `${stream} ${key}`;
}
