/**
 * The supervisor's side of the connection: a `Keeper` whose calls travel over a stream.
 *
 * A promise's answer and an event may arrive in one chunk, and promises are told later than callbacks. So after an answer
 * an event waits for the next turn: whoever awaits `start` has its pid before the exit event of that pid is told.
 */
import type { Duplex } from "node:stream";
import { encodeMessage, FrameReader, type Message } from "../protocol/frames.ts";
import { commonProtocol, OURS, type Spoken } from "../protocol/keeper-version.ts";
import type { Keeper, KeeperEvent } from "../protocol/keeper.ts";
import { HeldWrites } from "./held-writes.ts";

/**
 * Speaks to the keeper at the other end of `stream`. When the stream ends, all waiting calls reject. `now`: milliseconds of a clock
 * that only goes on.
 */
export function connectKeeper(stream: Duplex, now: () => number = () => performance.now()): Keeper {
  const line = new Line(stream, now);
  return {
    snapshot: () => line.call("snapshot", {}),
    start: (request, saved) => line.call("start", { request, saved }),
    signal: (key, signal, target) => line.call("signal", { key, signal, target }),
    writeStdin: (key, bytes, once) => line.call("writeStdin", { key, once: once ?? null }, bytes),
    setLogs: (key, logs, stop) => line.call("setLogs", { key, logs, stop }),
    follow: (key, stream, on) => line.call("follow", { key, stream, on }),
    reopenLogs: () => line.call("reopenLogs", {}),
    clearLogs: (key) => line.call("clearLogs", { key }),
    closeSocket: (name) => line.call("closeSocket", { name }),
    superviseWith: (program) => line.call("superviseWith", { program }),
    processes: (which) => line.call("processes", { which }),
    forget: (key) => line.call("forget", { key }),
    acknowledge: (seq, changes) => line.send({ op: "acknowledge", seq, changes }, null),
    quit: (options = {}) => line.call("quit", { force: options.force ?? false, status: options.status ?? 0 }),
    events: {
      onEvent: (listener) => line.eventListeners.push(listener),
      onClose: (listener) => line.closeListeners.push(listener),
    },
  };
}

class Line {
  readonly eventListeners: ((event: KeeperEvent) => void)[] = [];
  readonly closeListeners: (() => void)[] = [];
  readonly #stream: Duplex;
  readonly #writes: HeldWrites;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #inbox: Message[] = [];
  /** What is to be said once the keeper has said which protocol it speaks; `null` after that. */
  #unsent: Message[] | null = [];
  #deferred = false;
  #calls = 0;
  #ended = false;
  #over = false;

  constructor(stream: Duplex, now: () => number) {
    this.#stream = stream;
    // A tick that is asked for by a microtask comes after all microtasks: also after the save of what this turn has changed.
    this.#writes = new HeldWrites(stream, (then) => queueMicrotask(() => process.nextTick(then)), HELD_FOR, now);
    stream.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    for (const end of ["error", "end", "close"]) stream.on(end, () => this.#end());
  }

  /** `Result` is what the keeper answers to `op`: both sides are built from the same sources, so it is not checked again. */
  call<Result>(op: string, parameters: object, bytes: Uint8Array | null = null): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#ended) {
        reject(new Error(`the keeper is gone: ${op} was not done`));
        return;
      }
      const id = ++this.#calls;
      this.#waiting.set(id, { resolve, reject });
      this.send({ op, id, ...parameters }, bytes);
    });
  }

  send(json: object, bytes: Uint8Array | null): void {
    if (this.#ended) return;
    if (this.#unsent !== null) {
      this.#unsent.push({ json, bytes });
      return;
    }
    this.#writes.write(encodeMessage({ json, bytes }));
  }

  #receive(chunk: Uint8Array): void {
    try {
      this.#inbox.push(...this.#reader.push(chunk));
    } catch (error) {
      this.#stream.destroy(error instanceof Error ? error : undefined);
      return;
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#deferred) return;
    let answered = false;
    while (this.#inbox.length > 0) {
      const message = this.#inbox[0] as Message & { readonly json: FromKeeper };
      const isAnswer = message.json.op === "result" || message.json.op === "failed";
      if (answered && !isAnswer) {
        this.#deferred = true;
        setImmediate(() => {
          this.#deferred = false;
          this.#deliver();
        });
        return;
      }
      this.#inbox.shift();
      answered = isAnswer;
      this.#handle(message.json, message.bytes);
    }
    if (this.#ended) this.#finish();
  }

  #handle(said: FromKeeper, bytes: Uint8Array | null): void {
    switch (said.op) {
      case "hello":
        return this.#greet(said);
      case "event": {
        const event = (bytes === null ? said.event : { ...said.event, data: bytes }) as KeeperEvent;
        for (const listener of this.eventListeners) listener(event);
        return;
      }
      case "result":
        return this.#take(said.id)?.resolve(said.result);
      case "failed":
        return this.#take(said.id)?.reject(new Error(said.message));
    }
  }

  /** The keeper speaks first, so that an old one hears a protocol that it knows. */
  #greet(theirs: Spoken): void {
    const protocol = commonProtocol(theirs);
    if (protocol === null) {
      this.#stream.destroy(new Error(`the keeper speaks protocol ${theirs.protocol}, which this version does not`));
      return;
    }
    const unsent = this.#unsent ?? [];
    this.#unsent = null;
    this.send({ op: "hello", ...OURS, protocol }, null);
    for (const { json, bytes } of unsent) this.send(json as object, bytes);
  }

  #take(id: number): { resolve: (value: never) => void; reject: (error: Error) => void } | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deliver();
  }

  /** All that arrived before the end has been delivered. */
  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { reject } of this.#waiting.values()) reject(new Error("the keeper is gone"));
    this.#waiting.clear();
    for (const listener of this.closeListeners) listener();
  }
}

/** Milliseconds: the keeper starts, or stops, the first of many programs while we ask for the next. */
const HELD_FOR = 1;

type FromKeeper =
  | ({ readonly op: "hello" } & Spoken)
  | { readonly op: "event"; readonly event: object }
  | { readonly op: "result"; readonly id: number; readonly result: never }
  | { readonly op: "failed"; readonly id: number; readonly message: string };
