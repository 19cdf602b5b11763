/**
 * What one event listener's stdout means. A listener says `READY\n`, is sent one event, answers `RESULT <length>\n` and
 * that many bytes, and is ready again when it says so.
 *
 * Plain JSON-safe data: it is stored with the keeper, so that a restarted supervisor knows who is busy with what. Bytes are
 * kept as one character each (Latin-1), because everything that counts is ASCII.
 */
import { textOrRepr } from "../model/text/python-bytes.ts";

export type Listener =
  /** Has not said READY since it was started, or since it answered. */
  | {
      readonly state: "ACKNOWLEDGED";
      /** Bytes that do not decide anything yet. */
      readonly text: string;
      /** Just answered: one newline is allowed. Shell listeners print one; under Supervisor it is their end. */
      readonly answered: boolean;
    }
  | { readonly state: "READY" }
  | {
      readonly state: "BUSY";
      readonly event: PooledEvent;
      /** Number of this delivery in its pool: that of an event which is delivered again is another. */
      readonly delivery: number;
      /** The beginning of its result line. */
      readonly text: string;
      /** `null` until the result line is there. */
      readonly result: PendingResult | null;
    }
  /** Broke the protocol. Whatever it says from now on is ignored; it keeps running. */
  | { readonly state: "UNKNOWN" };

/** An event in a pool's buffer or on its way. */
export interface PooledEvent {
  readonly serial: number;
  readonly poolserial: number;
  readonly name: string;
  readonly payload: string;
}

interface PendingResult {
  readonly length: number;
  readonly received: number;
  /** Its first bytes: whether it is `OK` is all that matters, so a listener can make nobody store megabytes. */
  readonly head: string;
}

export interface ListenerLine {
  readonly level: "debug" | "warn" | "error";
  readonly message: string;
}

export interface ListenerStep {
  readonly listener: Listener;
  readonly lines: readonly ListenerLine[];
  /** The event that it has answered, if it has. */
  readonly settled: { readonly event: PooledEvent; readonly accepted: boolean } | null;
}

/** A listener that was just started. */
export const NEW_LISTENER: Listener = { state: "ACKNOWLEDGED", text: "", answered: false };

/** Takes what a listener has printed, in pieces of any size. */
export function hearListener(name: string, listener: Listener, bytes: Uint8Array): ListenerStep {
  let step: ListenerStep = { listener, lines: [], settled: null };
  let rest = latin1(bytes);
  while (rest !== "") {
    const { taken, next } = takeOnce(name, step.listener, rest);
    step = { listener: next.listener, lines: [...step.lines, ...next.lines], settled: next.settled ?? step.settled };
    rest = rest.slice(taken);
  }
  return step;
}

/** The listener has been handed an event. */
export function busyWith(event: PooledEvent, delivery: number): Listener {
  return { state: "BUSY", event, delivery, text: "", result: null };
}

interface Taken {
  /** How much of the text is used up. */
  readonly taken: number;
  readonly next: ListenerStep;
}

function takeOnce(name: string, listener: Listener, text: string): Taken {
  switch (listener.state) {
    case "UNKNOWN":
      return { taken: text.length, next: quiet(listener) };
    case "READY":
      // Nobody asked it anything: be strict, or its next answer would be taken for another event's.
      return { taken: text.length, next: breakProtocol(name, listener) };
    case "ACKNOWLEDGED":
      return awaitReady(name, listener, text);
    case "BUSY":
      return listener.result === null
        ? awaitResultLine(name, listener, text)
        : awaitResult(name, listener, listener.result, text);
  }
}

const READY_LINE = "READY\n";

function awaitReady(name: string, listener: Extract<Listener, { state: "ACKNOWLEDGED" }>, text: string): Taken {
  if (listener.answered && text.startsWith("\n")) {
    return { taken: 1, next: quiet({ ...listener, answered: false }) };
  }
  const wanted = READY_LINE.length - listener.text.length;
  const heard = listener.text + text.slice(0, wanted);
  if (heard.length < READY_LINE.length) {
    return { taken: text.length, next: quiet({ state: "ACKNOWLEDGED", text: heard, answered: false }) };
  }
  if (heard !== READY_LINE) return { taken: text.length, next: breakProtocol(name, listener) };
  const ready: Listener = { state: "READY" };
  return { taken: wanted, next: { listener: ready, lines: [change(name, listener, ready)], settled: null } };
}

/** Longer than any length is: what has not ended its line by then is not a result. */
const LONGEST_LINE = 1024;

type Busy = Extract<Listener, { state: "BUSY" }>;

function awaitResultLine(name: string, listener: Busy, text: string): Taken {
  const end = text.indexOf("\n");
  const line = listener.text + (end === -1 ? text : text.slice(0, end));
  if (end === -1 && line.length <= LONGEST_LINE)
    return { taken: text.length, next: quiet({ ...listener, text: line }) };
  // Supervisor drops seven bytes unseen here; a listener that prints other things has lost its place all the same. What is a
  // number is Python's business.
  const length = /^RESULT [ \t]*\+?(\d(?:_?\d){0,14})[ \t\r]*$/.exec(line)?.[1];
  if (end === -1 || length === undefined) {
    const shown = textOrRepr(Uint8Array.from(line.slice(0, LONGEST_LINE), (character) => character.charCodeAt(0)));
    const broken = breakProtocol(name, listener);
    const lines = [warning(`${name}: bad result line: '${shown}'`), ...broken.lines];
    return { taken: text.length, next: { ...broken, lines, settled: { event: listener.event, accepted: false } } };
  }
  const result: PendingResult = { length: Number(length.replaceAll("_", "")), received: 0, head: "" };
  const waiting: Busy = { ...listener, text: "", result };
  // A result of no bytes is complete already: waiting for more would wait for the listener, which waits for us.
  return { taken: end + 1, next: result.length === 0 ? settle(name, waiting, result) : quiet(waiting) };
}

const OK = "OK";

function awaitResult(name: string, listener: Busy, result: PendingResult, text: string): Taken {
  const taken = Math.min(text.length, result.length - result.received);
  const received = result.received + taken;
  const head = (result.head + text.slice(0, taken)).slice(0, OK.length + 1);
  const sofar: PendingResult = { length: result.length, received, head };
  const next = received < result.length ? quiet({ ...listener, result: sofar }) : settle(name, listener, sofar);
  return { taken, next };
}

function settle(name: string, listener: Busy, result: PendingResult): ListenerStep {
  const accepted = result.head === OK;
  const next: Listener = { state: "ACKNOWLEDGED", text: "", answered: true };
  const verdict: ListenerLine = accepted
    ? { level: "debug", message: `${name}: event was processed` }
    : warning(`${name}: event was rejected`);
  return {
    listener: next,
    lines: [verdict, change(name, listener, next)],
    settled: { event: listener.event, accepted },
  };
}

function breakProtocol(name: string, listener: Listener): ListenerStep {
  const unknown: Listener = { state: "UNKNOWN" };
  const consequence =
    "will no longer receive events, this usually indicates the process violated the eventlistener protocol";
  const lines = [change(name, listener, unknown), warning(`${name}: has entered the UNKNOWN state and ${consequence}`)];
  return { listener: unknown, lines, settled: null };
}

function quiet(listener: Listener): ListenerStep {
  return { listener, lines: [], settled: null };
}

function change(name: string, from: Listener, to: Listener): ListenerLine {
  return { level: "debug", message: `${name}: ${from.state} -> ${to.state}` };
}

function warning(message: string): ListenerLine {
  return { level: "warn", message };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
