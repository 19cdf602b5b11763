import type { Cgroups } from "./kernel/cgroups.ts";
import type { LogFiles } from "./output/log-files.ts";
import type { EventJournal } from "./records/event-journal.ts";
import type { FifoPool } from "./spawn/fifo-pool.ts";
import type { KeptProgram } from "./kept-program.ts";
import type { SpawnTurns } from "./spawn/spawn-turns.ts";
import type { ProgramRecord } from "./records/registry.ts";
import type { Run } from "./run.ts";
import type { NativeSpawn } from "./spawn/spawn-program.ts";
import type { SharedSockets } from "./sockets/shared-sockets.ts";
import type { StartRequest } from "../protocol/keeper.ts";

/** What starting and adopting a program needs of the keeper. */
export interface ProgramHost {
  readonly pool: FifoPool;
  readonly files: LogFiles;
  /** `null`: they are not to be had. */
  readonly cgroups: Cgroups | null;
  readonly journal: EventJournal;
  readonly sockets: SharedSockets;
  /** A process takes a millisecond or two to make: signals and deaths are seen to in between. */
  readonly spawns: SpawnTurns;
  /** Soft limit of open files for programs; `null` leaves the keeper's own. */
  readonly nofileSoft: number | null;
  /** The system's own calls, where they can be had. */
  readonly native: Omit<NativeSpawn, "nofileSoft"> | null;
  /** False once the keeper is ending. */
  readonly accepting: boolean;
  /** The program of that key, known from now on. */
  program(key: string, request: Pick<StartRequest, "logs" | "stop">): KeptProgram;
  /** Leaves word of a run that is about to get its process. */
  recordIntent(run: Run, request: StartRequest, startedAt: number): void;
  /** What was recorded as about to happen has not. */
  dropIntent(key: string): void;
  /** Leaves word of the end of a run of an earlier keeper. */
  recordLost(record: ProgramRecord): void;
  /** Leaves word of a run for the next keeper. */
  record(program: KeptProgram, run: Run, ended: ProgramRecord["ended"]): void;
}
