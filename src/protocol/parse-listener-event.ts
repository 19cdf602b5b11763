import type { ListenerEvent } from "../model/listener-event.ts";
import { PROCESS_STATES, type ProcessState } from "../model/states.ts";
import type { EventHeader } from "./listener-input.ts";

/**
 * Makes a typed event of what a listener has read.
 *
 * @throws Error if the event is none that this version knows: an older listener may meet a newer daemon.
 */
export function parseListenerEvent(header: EventHeader, payload: string): ListenerEvent {
  const { server, serial, pool, poolSerial } = header;
  const head = { server, serial, pool, poolSerial };
  const name = header.name as ListenerEvent["name"];
  switch (name) {
    case "PROCESS_STATE_STARTING":
    case "PROCESS_STATE_BACKOFF":
      return { name, ...head, ...stateOf(header, payload), tries: numberOf(header, payload, "tries") };
    case "PROCESS_STATE_RUNNING":
    case "PROCESS_STATE_STOPPING":
    case "PROCESS_STATE_STOPPED":
      return { name, ...head, ...stateOf(header, payload), pid: numberOf(header, payload, "pid") };
    case "PROCESS_STATE_EXITED": {
      const expected = numberOf(header, payload, "expected") === 1;
      return { name, ...head, ...stateOf(header, payload), expected, pid: numberOf(header, payload, "pid") };
    }
    case "PROCESS_STATE_FATAL":
    case "PROCESS_STATE_UNKNOWN":
      return { name, ...head, ...stateOf(header, payload) };
    case "PROCESS_COMMUNICATION_STDOUT":
    case "PROCESS_COMMUNICATION_STDERR":
    case "PROCESS_LOG_STDOUT":
    case "PROCESS_LOG_STDERR": {
      const [tokens, data] = splitFirstLine(payload);
      return { name, ...head, ...processOf(header, tokens), pid: numberOf(header, tokens, "pid"), data };
    }
    case "REMOTE_COMMUNICATION": {
      const [first, data] = splitFirstLine(payload);
      if (!first.startsWith("type:")) throw unreadable(header, payload);
      return { name, ...head, type: first.slice("type:".length), data };
    }
    case "SUPERVISOR_STATE_CHANGE_RUNNING":
    case "SUPERVISOR_STATE_CHANGE_STOPPING":
      return { name, ...head };
    case "TICK_5":
    case "TICK_60":
    case "TICK_3600":
      return { name, ...head, when: numberOf(header, payload, "when") };
    case "PROCESS_GROUP_ADDED":
    case "PROCESS_GROUP_REMOVED":
      return { name, ...head, group: textOf(header, payload, "groupname") };
    default:
      throw new Error(`unknown event ${String(name satisfies never)}: restart the listener to bring it up to date`);
  }
}

function processOf(header: EventHeader, tokens: string): { readonly process: string; readonly group: string } {
  return { process: textOf(header, tokens, "processname"), group: textOf(header, tokens, "groupname") };
}

function stateOf(header: EventHeader, payload: string) {
  const state = textOf(header, payload, "from_state");
  if (!Object.hasOwn(PROCESS_STATES, state)) throw unreadable(header, payload);
  return { ...processOf(header, payload), fromState: state as ProcessState };
}

function numberOf(header: EventHeader, tokens: string, key: string): number {
  const text = textOf(header, tokens, key);
  if (!/^\d+$/.test(text)) throw unreadable(header, tokens);
  return Number(text);
}

/** Names hold no blanks, so tokens do not either. */
function textOf(header: EventHeader, tokens: string, key: string): string {
  for (const token of tokens.trimEnd().split(" ")) {
    if (token.startsWith(`${key}:`)) return token.slice(key.length + 1);
  }
  throw unreadable(header, tokens);
}

function splitFirstLine(payload: string): readonly [string, string] {
  const end = payload.indexOf("\n");
  return end === -1 ? [payload, ""] : [payload.slice(0, end), payload.slice(end + 1)];
}

function unreadable(header: EventHeader, payload: string): Error {
  return new Error(`event ${header.serial} (${header.name}) cannot be read: ${JSON.stringify(payload)}`);
}
