import type { ConfigMemory } from "../model/check-config.ts";
import type { Model } from "../model/model.ts";
import type { Outcome, Problem } from "../model/problem.ts";

/** How a config is to be loaded. */
export interface LoadContext {
  readonly mode: "development" | "production";
  /** The command being run, such as `up` or `check`. */
  readonly command: string;
  /** Absolute path of the evaluator program (dist/evaluator.cjs). */
  readonly evaluator: string;
  /** `process.env` of the config, and what `%(ENV_X)s` stands for. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * The path of a config in Supervisor's format as it was typed: its messages call the file so. Default: the absolute path. Other
   * formats have messages of their own.
   */
  readonly shown?: string | undefined;
  /** Default: our working directory. */
  readonly cwd?: string;
  /** Time limit of an evaluation, milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** What else is doubtful about a model that is otherwise fine, such as what this machine lacks: warnings, with their places. */
  readonly doubts?: (model: Model) => readonly Problem[];
  /** Of earlier loads of the same file: then this one takes what is new in it. */
  readonly memory?: ConfigMemory;
}

/** What came of it. */
export interface LoadResult {
  readonly outcome: Outcome<Model>;
  /** Absolute paths to watch: files read or looked for, and folders whose new files an include would take in. */
  readonly files: readonly string[];
  readonly warnings: readonly Problem[];
  /** Lines for the daemon's log, such as `Included extra file "..." during parsing`. */
  readonly messages: readonly { readonly level: "info" | "warn"; readonly text: string }[];
  /** The last of what a config without mistakes has printed, for whoever looks for one; of another the problems say it. */
  readonly printed?: string;
  readonly format: "ts" | "json" | "ini";
  /** Of the content of `files`; equal if nothing has changed. */
  readonly hash: string;
}
