import type { LoadResult } from "../config/load-config.ts";
import type { SocketStore } from "../http/sockets/socket-store.ts";
import type { Model } from "../model/model.ts";
import type { Problem } from "../model/problem.ts";
import type { ConsoleStyle } from "../protocol/keeper.ts";
import type { FileWatcher } from "../watch/file-watcher.ts";
import type { LogParts } from "./main-log.ts";
import type { Places } from "./places.ts";
import type { SupervisordLaunch } from "./supervisord/launch.ts";
import type { Ending } from "./way-out.ts";

export interface BootOptions {
  /** Absolute. */
  readonly config: string;
  readonly places: Places;
  /** Names to start instead of everything that has autostart; empty for the latter. */
  readonly only: readonly string[];
  readonly version: string;
  /** What this process executes: executable and script. */
  readonly program: readonly [string, string];
  /** The arguments after these. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Set when `supervisord` started us: its manners are Supervisor's where those of `sup` differ. */
  readonly launch: SupervisordLaunch | null;
  /** Set in a container: how standard output looks, which gets the log and the output of programs. */
  readonly console: ConsoleStyle | null;
  /** The main process of a service: standard output gets the log too. */
  readonly service: boolean;
}

/** The pieces that the top floor hands in. */
export interface BootParts extends LogParts {
  readonly load: () => Promise<LoadResult>;
  /** The config as it was read for the check that this start had to pass; `null`: it is to be loaded. */
  readonly checked: LoadResult | null;
  /** A model of one program about which nothing was said: the defaults of this version. */
  readonly reference: () => Model;
  readonly format: (problems: readonly Problem[], severity?: "error" | "warning") => string;
  /** Watches files and calls back after each change of their content; `null` when edits are not to be applied. */
  readonly watch:
    | ((onChange: () => void) => { rearm(files: readonly string[], hash: string): void; close(): Promise<void> })
    | null;
  /** Where our listening sockets are left so that they outlive us. */
  readonly sockets: SocketStore;
  /** Watches the files that programs are made of. */
  readonly watchFiles: (onChange: (paths: readonly string[]) => void, onTrouble: (error: Error) => void) => FileWatcher;
}

/** `first`: no supervisor process of this keeper has been up before, so that whoever starts a daemon waits for word. */
export type BootOutcome =
  | {
      readonly ready: true;
      readonly first: boolean;
      readonly pid: number;
      readonly warnings: string;
      readonly done: Promise<Ending>;
    }
  /** `problems` for people, `messages` bare, `status` for the exit. */
  | {
      readonly ready: false;
      readonly first: boolean;
      readonly problems: string;
      readonly messages: readonly string[];
      readonly status: number;
    };
