import type { ProcessState } from "./states.ts";

/**
 * An event as the handler of a listener gets it, told apart by `name`:
 *
 * ```ts
 * if (event.name === "PROCESS_STATE_EXITED" && !event.expected) alert(`${event.process} died`);
 * ```
 */
export type ListenerEvent =
  | ProcessTriedEvent
  | ProcessPidEvent
  | ProcessExitedEvent
  | ProcessGivenUpEvent
  | ProcessOutputEvent
  | RemoteCommunicationEvent
  | SupervisorStateEvent
  | TickEvent
  | ProcessGroupEvent;

/** What every event says. */
interface EventHead {
  /** Identifier of the daemon. */
  readonly server: string;
  /** Number among all events of the daemon. An event that is delivered again has the same. */
  readonly serial: number;
  /** Name of the listener. */
  readonly pool: string;
  /** Number among the events of this listener. */
  readonly poolSerial: number;
}

/** What every event about a process says. */
interface ProcessEventHead extends EventHead {
  readonly process: string;
  readonly group: string;
}

/** What every change of a state says. */
interface ProcessStateHead extends ProcessEventHead {
  /** The state it was in before. */
  readonly fromState: ProcessState;
}

/** A process is being started, or its start has failed and will be tried again. */
export interface ProcessTriedEvent extends ProcessStateHead {
  readonly name: "PROCESS_STATE_STARTING" | "PROCESS_STATE_BACKOFF";
  /** How often its start has been tried again. */
  readonly tries: number;
}

/** A process runs, is being stopped, or was stopped. */
export interface ProcessPidEvent extends ProcessStateHead {
  readonly name: "PROCESS_STATE_RUNNING" | "PROCESS_STATE_STOPPING" | "PROCESS_STATE_STOPPED";
  readonly pid: number;
}

/** A process has ended by itself. */
export interface ProcessExitedEvent extends ProcessStateHead {
  readonly name: "PROCESS_STATE_EXITED";
  /** Whether it ended with a status that its `exitcodes` list. */
  readonly expected: boolean;
  readonly pid: number;
}

/** A process could not be started and is not tried any more, or nothing is known of it. */
export interface ProcessGivenUpEvent extends ProcessStateHead {
  readonly name: "PROCESS_STATE_FATAL" | "PROCESS_STATE_UNKNOWN";
}

/** What a process said between capture tokens, or wrote while its log events are on. */
export interface ProcessOutputEvent extends ProcessEventHead {
  readonly name:
    | "PROCESS_COMMUNICATION_STDOUT"
    | "PROCESS_COMMUNICATION_STDERR"
    | "PROCESS_LOG_STDOUT"
    | "PROCESS_LOG_STDERR";
  readonly pid: number;
  /** What it printed. Bytes that are no UTF-8 come as Supervisor writes them, such as `b'\xff'`. */
  readonly data: string;
}

/** What a client sent with `sendRemoteCommEvent`. */
export interface RemoteCommunicationEvent extends EventHead {
  readonly name: "REMOTE_COMMUNICATION";
  /** The first argument of `sendRemoteCommEvent`. */
  readonly type: string;
  /** The second one. */
  readonly data: string;
}

/** The daemon has started, or is about to end. */
export interface SupervisorStateEvent extends EventHead {
  readonly name: "SUPERVISOR_STATE_CHANGE_RUNNING" | "SUPERVISOR_STATE_CHANGE_STOPPING";
}

/** A multiple of so many seconds has come. */
export interface TickEvent extends EventHead {
  readonly name: "TICK_5" | "TICK_60" | "TICK_3600";
  /** Seconds since the epoch, a multiple of the period. */
  readonly when: number;
}

/** A group was added or removed by an edit of the config. */
export interface ProcessGroupEvent extends EventHead {
  readonly name: "PROCESS_GROUP_ADDED" | "PROCESS_GROUP_REMOVED";
  readonly group: string;
}
