import type { ProcessState } from "../model/states.ts";
import { textOrRepr } from "../model/text/python-bytes.ts";
import type { EventName } from "./event-types.ts";
import type { StreamName } from "./keeper.ts";

/** Something that happened, with what its payload says about it. */
export type SupervisedEvent =
  | ProcessStateEvent
  | OutputEvent
  | { readonly name: "REMOTE_COMMUNICATION"; readonly kind: string; readonly data: string }
  | { readonly name: "SUPERVISOR_STATE_CHANGE_RUNNING" | "SUPERVISOR_STATE_CHANGE_STOPPING" }
  /** `when`: seconds since the epoch, a multiple of the period. */
  | { readonly name: "TICK_5" | "TICK_60" | "TICK_3600"; readonly when: number }
  | { readonly name: "PROCESS_GROUP_ADDED" | "PROCESS_GROUP_REMOVED"; readonly group: string };

interface OfProcess {
  readonly process: string;
  readonly group: string;
}

export type ProcessStateEvent = OfProcess & { readonly from: ProcessState } & (
    | { readonly name: "PROCESS_STATE_STARTING" | "PROCESS_STATE_BACKOFF"; readonly tries: number }
    | {
        readonly name: "PROCESS_STATE_RUNNING" | "PROCESS_STATE_STOPPING" | "PROCESS_STATE_STOPPED";
        readonly pid: number;
      }
    | { readonly name: "PROCESS_STATE_EXITED"; readonly expected: boolean; readonly pid: number }
    | { readonly name: "PROCESS_STATE_FATAL" | "PROCESS_STATE_UNKNOWN" }
  );

export interface OutputEvent extends OfProcess {
  readonly name:
    | "PROCESS_COMMUNICATION_STDOUT"
    | "PROCESS_COMMUNICATION_STDERR"
    | "PROCESS_LOG_STDOUT"
    | "PROCESS_LOG_STDERR";
  readonly pid: number;
  readonly data: Uint8Array;
}

/** The payload text of an event, byte for byte Supervisor's. */
export function eventPayload(event: SupervisedEvent): string {
  switch (event.name) {
    case "PROCESS_STATE_STARTING":
    case "PROCESS_STATE_BACKOFF":
      return `${stateHead(event)} tries:${event.tries}`;
    case "PROCESS_STATE_RUNNING":
    case "PROCESS_STATE_STOPPING":
    case "PROCESS_STATE_STOPPED":
      return `${stateHead(event)} pid:${event.pid}`;
    case "PROCESS_STATE_EXITED":
      return `${stateHead(event)} expected:${event.expected ? 1 : 0} pid:${event.pid}`;
    case "PROCESS_STATE_FATAL":
    case "PROCESS_STATE_UNKNOWN":
      return stateHead(event);
    case "PROCESS_COMMUNICATION_STDOUT":
    case "PROCESS_COMMUNICATION_STDERR":
      return `${processHead(event)} pid:${event.pid}\n${textOrRepr(event.data)}`;
    case "PROCESS_LOG_STDOUT":
      return `${processHead(event)} pid:${event.pid} channel:stdout\n${textOrRepr(event.data)}`;
    case "PROCESS_LOG_STDERR":
      return `${processHead(event)} pid:${event.pid} channel:stderr\n${textOrRepr(event.data)}`;
    case "REMOTE_COMMUNICATION":
      // Both are inserted as they are: blanks, colons and newlines pass, as they always have.
      return `type:${event.kind}\n${event.data}`;
    case "SUPERVISOR_STATE_CHANGE_RUNNING":
    case "SUPERVISOR_STATE_CHANGE_STOPPING":
      return "";
    case "TICK_5":
    case "TICK_60":
    case "TICK_3600":
      return `when:${event.when}`;
    case "PROCESS_GROUP_ADDED":
    case "PROCESS_GROUP_REMOVED":
      // The only payload of tokens that ends its line; listeners split it at blanks and never noticed.
      return `groupname:${event.group}\n`;
  }
}

/** The name of a communication or log event of one stream. */
export function outputEventName(kind: "COMMUNICATION" | "LOG", stream: StreamName): OutputEvent["name"] {
  return stream === "stdout" ? `PROCESS_${kind}_STDOUT` : `PROCESS_${kind}_STDERR`;
}

/** Seconds between two ticks of a type. */
export const TICK_PERIODS = { TICK_5: 5, TICK_60: 60, TICK_3600: 3600 } as const satisfies Partial<
  Record<EventName, number>
>;

function processHead(event: OfProcess): string {
  return `processname:${event.process} groupname:${event.group}`;
}

function stateHead(event: ProcessStateEvent): string {
  return `${processHead(event)} from_state:${event.from}`;
}
