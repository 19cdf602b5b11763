import type { LogLevel } from "../model/model.ts";
import type { Keeper } from "../protocol/keeper.ts";
import type { ConfigControl } from "../supervisor/config-control.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** What the XML-RPC methods need of the daemon they control. */
export interface RpcDaemon {
  readonly supervisor: Supervisor;
  readonly config: ConfigControl;
  readonly keeper: Pick<Keeper, "acknowledge" | "clearLogs" | "writeStdin">;
  /** The pid that users see: the keeper's. */
  readonly pid: number;
  /** Names the time since everything was last started anew: the keeper's life, and the last restart in it. */
  readonly epoch: string;
  readonly version: string;
  readonly mainLog: MainLog;
  /** Begins the end of everything; returns at once. */
  readonly shutdown: () => void;
  /** Begins a restart of everything from a config read anew; returns at once. */
  readonly restart: () => void;
}

/** The daemon's own log, as far as it can be read and cleared. */
export interface MainLog {
  /** The file that is written now, whatever a config read since says; `null` if there is none (syslog). */
  readonly path: string | null;
  /** Closes and opens the file by name. */
  reopen(): void;
  write(level: LogLevel, message: string): void;
}
