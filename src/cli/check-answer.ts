import type { SupervisordSpec } from "../model/model.ts";
import type { Overrides } from "../daemon/supervisord/options.ts";

/** What the `supervisord` command has to know of its config before there is a daemon. */
export type CheckAnswer =
  | { readonly ok: false; readonly messages: readonly string[] }
  | {
      readonly ok: true;
      /** The config's, with the command line laid over it. */
      readonly supervisord: SupervisordSpec;
      readonly account: { readonly uid: number; readonly gid: number } | null;
    };

/** To a supervisor that was started for the check, and is wanted: its arguments. */
export interface EarlyGo {
  readonly op: "go";
  readonly args: readonly string[];
}

export interface CheckRequest {
  /** Absolute. */
  readonly config: string;
  /** As it was typed. */
  readonly shown: string;
  readonly cwd: string;
  readonly overrides: Overrides;
}
