import type { EventEffect } from "../machine/effect.ts";
import type { StreamName } from "../protocol/keeper.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { ProcessGroup } from "./process-group.ts";

/** What the supervisor tells everyone who asks. */
export type SupervisorEvent =
  | { readonly type: "state"; readonly process: ManagedProcess; readonly event: EventEffect }
  /** Anything else about a process: readiness, a new spec. */
  | { readonly type: "changed"; readonly process: ManagedProcess }
  /**
   * `groupRestored`: it was there before this supervisor was. `groupChanged`: its spec is another, its processes may be the
   * same.
   */
  | {
      readonly type: "groupAdded" | "groupRestored" | "groupChanged" | "groupRemoved";
      readonly group: ProcessGroup;
    }
  /** A message between capture tokens, or a chunk of output that is kept until we acknowledge it. */
  | {
      readonly type: "capture" | "log";
      readonly process: ManagedProcess;
      readonly pid: number;
      readonly stream: StreamName;
      readonly data: Uint8Array;
    }
  | { readonly type: "mood"; readonly mood: Mood }
  /** Somebody asked for its log files to be emptied: that is about to be done, or has been. */
  | { readonly type: "logsCleared"; readonly process: ManagedProcess; readonly done: boolean }
  /** A client sent this for the event listeners (`sendRemoteCommEvent`). */
  | { readonly type: "remoteCommunication"; readonly name: string; readonly data: string };

export type Mood = "running" | "restarting" | "shutdown";
